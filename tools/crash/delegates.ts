import { type JsonObject, type JsonValue, type ProposalInput, ToolError } from "@car/ir";
import type { Tool, ToolContext } from "@car/ir/ports";
import type { Line } from "./line.js";

/** Tools that do nothing themselves but run the proposals that they are given: the host says so of the first only. */
export const DELEGATES = ["delegate", "errand"] as const;

/** What such a tool is given. */
export interface Delegation {
  /** Proposals as JSON, run one after the other. In text their references are not taken for the caller's. */
  readonly parts: readonly string[];
  /** It fails when a part does not commit. */
  readonly strict: boolean;
  /** It fails after all of them. */
  readonly spoil: boolean;
}

/** The tools that run child proposals. */
export function delegates(line: Line): readonly Tool[] {
  const execute = (parameters: JsonObject, context: ToolContext): Promise<JsonValue> => {
    return runParts(line, parameters as unknown as Delegation, context);
  };
  const [delegate, errand] = DELEGATES;
  return [
    { schema: { name: delegate, reversibility: "reversible" }, execute },
    { schema: { name: errand }, execute },
  ];
}

async function runParts(line: Line, { parts, strict, spoil }: Delegation, context: ToolContext): Promise<JsonValue> {
  const statuses: string[] = [];
  for (const part of parts) {
    const result = await context.execute(JSON.parse(part) as ProposalInput);
    await line.confirm(result, true);
    if (strict && result.status !== "committed") throw new ToolError(`a part was ${result.status}`);
    statuses.push(result.status);
  }
  if (spoil) throw new ToolError("it fails after all", { class: "terminal" });
  return statuses;
}
