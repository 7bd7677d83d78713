import type { JsonObject, JsonValue, ToolSchemaInput } from "@car/ir";
import { ToolError } from "@car/ir";
import type { Tool, ToolContext } from "@car/ir/ports";

/** A call as the world outside saw it. */
export interface SeenCall {
  readonly tool: string;
  readonly action: string;
  readonly key: string;
  /** Events in the log when it arrived. */
  readonly at: number;
  readonly acted: boolean;
}

const SCHEMAS: readonly ToolSchemaInput[] = [
  { name: "note", reversibility: "reversible" },
  { name: "count", reversibility: "reversible", effects: ["count"] },
  { name: "charge" },
  { name: "put", idempotent: true },
  {
    name: "book",
    reversibility: "compensable",
    compensation: { tool: "unbook", parameters: { id: "$output.id" } },
    effects: [{ key: "booked", value: "$output.id" }],
  },
  { name: "unbook" },
  { name: "flaky", reversibility: "reversible" },
  { name: "fail", reversibility: "reversible" },
];

/** A world outside that answers at once, always the same for the same call, and remembers what it did. */
export class OutsideWorld {
  readonly calls: SeenCall[] = [];
  /** Length of the log at this moment. */
  logged: () => number = () => 0;

  constructor(before: readonly SeenCall[] = []) {
    this.calls.push(...before);
  }

  get tools(): readonly Tool[] {
    return SCHEMAS.map((schema) => ({
      schema,
      execute: (parameters, context) => this.answer(schema.name, parameters, context),
    }));
  }

  /** How often a call under `key` did something. */
  acted(key: string): number {
    return this.calls.filter((call) => call.key === key && call.acted).length;
  }

  /** What a call of `tool` under `key` gave. */
  outputOf(tool: string, key: string): JsonValue {
    return { id: `${tool}-${key.slice(0, 6)}` };
  }

  private answer(tool: string, parameters: JsonObject, context: ToolContext): JsonValue {
    const { actionId: action, idempotencyKey: key, state } = context;
    const isFirst = this.calls.every((call) => call.key !== key);
    const refused = tool === "fail" || (tool === "flaky" && isFirst);
    this.calls.push({ tool, action, key, at: this.logged(), acted: !refused });
    if (refused) throw new ToolError(`${tool} refuses`, { class: tool === "flaky" ? "transient" : "terminal" });
    if (tool === "count") state.set("count", Number(state.get("count") ?? 0) + 1);
    return this.outputOf(tool, key);
  }
}
