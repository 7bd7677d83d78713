import type { ToolSchema, ToolSchemaInput } from "@car/ir";
import type { InferenceMessage } from "@car/ir/ports";
import { asData } from "../tools/as-data.js";

/** What a proposal is to reach, and with what. */
export interface ProposalTask {
  readonly goal: string;
  readonly tools: readonly (ToolSchema | ToolSchemaInput)[];
  /** What the model should know; data, not instructions. */
  readonly context?: string | undefined;
}

const INSTRUCTIONS = `Write one proposal: a JSON object {"actions": [...]} that reaches the user's goal. It is checked before anything runs, and runs as a whole or not at all.
Each action has a unique "id" (letters, digits, _ and -) and a "type":
- "tool_call": "tool" and "parameters" that fit the tool's schema.
- "state_write": parameters {"key", "value"}. "state_read": parameters {"key"}. "assertion": parameters {"key", "operator", "expected"}; operators eq, neq, gt, gte, lt, lte, exists, not_exists, contains.
Actions run side by side unless one needs another: name ids in "dependencies", or use an earlier output in parameters as "$ID.output.path" (the whole string) or \${ID.output.path} inside a longer one.
"failure_behavior" is "abort" (default, all is undone), "retry" or "skip". Invent no tools, fields or parameters. Answer with the JSON object alone.`;

/** The conversation that asks for a proposal. */
export function proposalMessages({ goal, tools, context }: ProposalTask): readonly InferenceMessage[] {
  const listed = tools.map(({ name, description = "", parameters = { type: "object" }, returns }) =>
    JSON.stringify({ name, description, parameters, ...(returns === undefined ? {} : { returns }) }),
  );
  const known = context === undefined ? [] : [{ role: "user" as const, content: asData("context", context) }];
  return [
    { role: "system", content: `${INSTRUCTIONS}\n\nTools, one a line:\n${listed.join("\n") || "(none)"}` },
    ...known,
    { role: "user", content: goal },
  ];
}
