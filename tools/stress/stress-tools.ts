import { ToolError, type JsonObject, type JsonValue } from "@car/ir";
import type { Tool, ToolContext } from "@car/ir/ports";
import { type HotValue, hotValue } from "./hot-keys.js";

type Values = ReadonlyMap<string, HotValue>;

/** Reads keys through the tool's handle, lets others run, writes what `next` makes of them; tells what it had read. */
async function readModifyWrite(
  keys: readonly string[],
  { state, runId, actionId }: ToolContext,
  next: (values: Values) => ReadonlyMap<string, number>,
): Promise<JsonObject> {
  const values: Values = new Map(keys.map((key) => [key, hotValue(state.get(key))]));
  await pause(runId);
  for (const [key, amount] of next(values)) state.set(key, { amount, by: `${runId}/${actionId}` });
  return { read: Object.fromEntries(values) };
}

/** A turn of the event loop, or a millisecond or two: enough for others to get in between. */
function pause(runId: string): Promise<void> {
  const chance = Number.parseInt(runId.slice(-2), 16);
  if (chance < 160) return new Promise((resolve) => setImmediate(resolve));
  return new Promise((resolve) => setTimeout(resolve, chance < 240 ? 1 : 3));
}

/** Tools of every runtime of the stress. None declares effects: which keys it touches is said by each action. */
export const STRESS_TOOLS: readonly Tool[] = [
  tool("transfer", ({ from, to, amount }, context) => {
    const [source, target] = [from as string, to as string];
    return readModifyWrite([source, target], context, (values) => {
      const left = values.get(source)!.amount;
      const moved = Math.min(left, Number(amount));
      return new Map([
        [source, left - moved],
        [target, values.get(target)!.amount + moved],
      ]);
    });
  }),
  tool("count", ({ key }, context) => {
    const counter = key as string;
    return readModifyWrite([counter], context, (values) => new Map([[counter, values.get(counter)!.amount + 1]]));
  }),
  tool("audit", ({ keys }, context) => readModifyWrite(keys as readonly string[], context, () => new Map())),
  tool("fail", () => {
    throw new ToolError("this run is meant to fail", { class: "terminal" });
  }),
  tool("parent", async ({ keys, child }, context) => {
    const read = await readModifyWrite(keys as readonly string[], context, (values) => {
      return new Map([...values].map(([key, { amount }]) => [key, amount]));
    });
    const { status } = await context.execute(child as unknown as Parameters<ToolContext["execute"]>[0]);
    return { ...read, child: status };
  }),
];

function tool(name: string, execute: (parameters: JsonObject, context: ToolContext) => unknown): Tool {
  return { schema: { name, reversibility: "reversible" }, execute };
}

/** What a tool of the stress says it has read. */
export function readsOf(output: JsonValue): readonly { readonly key: string; readonly value: JsonValue }[] {
  const read = typeof output === "object" && output !== null ? (output as JsonObject)["read"] : undefined;
  return Object.entries((read ?? {}) as JsonObject).map(([key, value]) => ({ key, value }));
}
