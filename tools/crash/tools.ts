import { type JsonObject, type JsonValue, ToolError } from "@car/ir";
import type { Tool, ToolContext } from "@car/ir/ports";
import type { ToolSchemaInput } from "@car/ir";
import type { FromChild, ToChild } from "./messages.js";

/** Counters in the state that tools add to. */
export const COUNTERS = 4;

/** The line to the process that keeps the ledger. */
export class Line {
  private readonly waiting = new Map<number, (answer: ToChild) => void>();
  private last = 0;

  constructor() {
    process.on("message", (answer: ToChild) => {
      this.waiting.get(answer.id)?.(answer);
      this.waiting.delete(answer.id);
    });
  }

  say(message: FromChild): void {
    process.send?.(message);
  }

  /** Makes a call and waits for its answer. */
  async call(tool: string, parameters: JsonObject, context: ToolContext): Promise<JsonValue> {
    const { idempotencyKey: key, runId: run, actionId: action } = context;
    const answer = await this.request((id) => ({ type: "call", id, key, run, action, tool, parameters }));
    if (answer.ok) return answer.output;
    throw new ToolError(answer.error, { class: answer.class });
  }

  /** Asks whether a call under `key` has acted. */
  async hasActed(key: string): Promise<boolean> {
    const answer = await this.request((id) => ({ type: "ask", id, key }));
    return answer.ok && answer.output === true;
  }

  private request(messageOf: (id: number) => FromChild): Promise<ToChild> {
    const id = ++this.last;
    return new Promise((resolve) => {
      this.waiting.set(id, resolve);
      this.say(messageOf(id));
    });
  }
}

/** Tools that act outside, by what may be done to them. */
const OUTSIDE: readonly ToolSchemaInput[] = [
  { name: "note", reversibility: "reversible" },
  { name: "charge" },
  { name: "pay" },
  { name: "flaky" },
  { name: "put", idempotent: true },
  { name: "book", reversibility: "compensable", compensation: { tool: "unbook", parameters: undo() } },
  { name: "rent", reversibility: "compensable", compensation: { tool: "unrent", parameters: undo() } },
  { name: "unbook" },
  { name: "unrent", idempotent: true },
];

function undo(): JsonObject {
  return { id: "$output.id", stuck: "$output.stuck" };
}

/** All tools of the process under test. */
export function toolsOf(line: Line): readonly Tool[] {
  return [
    ...OUTSIDE.map((schema): Tool => ({
      schema,
      execute: (parameters, context) => line.call(schema.name, parameters, context),
    })),
    ...Array.from({ length: COUNTERS }, (_, index) => counter(index)),
    {
      schema: { name: "fail", reversibility: "reversible" },
      execute: () => {
        throw new ToolError("it was meant to fail");
      },
    },
  ];
}

/** Adds one to a key of the state. */
function counter(index: number): Tool {
  const key = `count.${index}`;
  return {
    schema: { name: `bump${index}`, reversibility: "reversible", effects: [key] },
    execute: (_parameters, { state }) => {
      const next = Number(state.get(key) ?? 0) + 1;
      state.set(key, next);
      return next;
    },
  };
}
