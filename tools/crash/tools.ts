import { type JsonObject, ToolError } from "@car/ir";
import type { Tool } from "@car/ir/ports";
import type { ToolSchemaInput } from "@car/ir";
import { delegates } from "./delegates.js";
import type { Line } from "./line.js";

/** Counters in the state that tools add to. */
export const COUNTERS = 4;

/** Tools that may be called only with an approval. */
export const NEED_APPROVAL = ["wire", "hire"] as const;

/** What undoes what. A model has to say so for `ship` and `send`; for the others the host has. */
export const UNDOES: ReadonlyMap<string, string> = new Map([
  ["unbook", "book"],
  ["unrent", "rent"],
  ["fire", "hire"],
  ["unship", "ship"],
  ["recall", "send"],
]);

/** Tools that act outside, by what may be done to them. */
const OUTSIDE: readonly ToolSchemaInput[] = [
  { name: "note", reversibility: "reversible" },
  { name: "charge" },
  { name: "pay" },
  { name: "flaky" },
  { name: "put", idempotent: true },
  { name: "book", ...undoneBy("unbook") },
  { name: "rent", ...undoneBy("unrent") },
  { name: "unbook" },
  { name: "unrent", idempotent: true },
  { name: "ship" },
  { name: "send" },
  { name: "unship" },
  { name: "recall", idempotent: true },
  { name: "wire" },
  { name: "hire", ...undoneBy("fire") },
  { name: "fire" },
];

function undoneBy(tool: string): Pick<ToolSchemaInput, "reversibility" | "compensation"> {
  const parameters: JsonObject = { id: "$output.id", stuck: "$output.stuck" };
  return { reversibility: "compensable", compensation: { tool, parameters } };
}

/** All tools of the process under test. */
export function toolsOf(line: Line): readonly Tool[] {
  return [
    ...OUTSIDE.map((schema): Tool => ({
      schema,
      execute: (parameters, context) => line.call(schema.name, parameters, context),
    })),
    ...Array.from({ length: COUNTERS }, (_, index) => counter(index)),
    ...delegates(line),
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
  const key = counterKey(index);
  return {
    schema: { name: `bump${index}`, reversibility: "reversible", effects: [key] },
    execute: (_parameters, { state }) => {
      const next = Number(state.get(key) ?? 0) + 1;
      state.set(key, next);
      return next;
    },
  };
}

/** The state key of a counter. */
export function counterKey(index: number): string {
  return `count.${index}`;
}
