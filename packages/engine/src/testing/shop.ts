import { ToolError } from "@car/ir";
import type { Tool } from "@car/ir/ports";
import { call, tool } from "./fixtures.js";

const FREE = { reversibility: "reversible" } as const;

/** How the compensation differs from the usual one. */
export interface Back {
  /** What its schema has; default: reversible. */
  readonly schema?: object;
  /** Works before a thing is put back. */
  readonly first?: () => unknown;
}

/** Shelves, each with one thing, put there by a tool that is undone by its before-image; and tools that do something else. */
export function shop(things = new Map<string, string>(), back: Back = {}) {
  const calls: string[] = [];
  const put: Tool = {
    schema: {
      name: "put",
      idempotent: true,
      reversibility: "compensable",
      before: { tool: "look", parameters: { at: "$parameters.at" }, verify: true },
      compensation: { tool: "back", parameters: { at: "$parameters.at", thing: "$before" } },
    },
    execute: ({ at, thing }) => (calls.push(`put ${at as string}`), things.set(at as string, thing as string), null),
  };
  const tools: Tool[] = [
    put,
    tool("look", ({ at }) => things.get(at as string) ?? null, FREE),
    tool(
      "back",
      async ({ at, thing }) => {
        calls.push(`back ${at as string}`);
        await back.first?.();
        if (thing === null) things.delete(at as string);
        else things.set(at as string, thing as string);
        return null;
      },
      back.schema ?? FREE,
    ),
    tool("plan", (_, { execute }) => execute({ actions: [putAt("inner", "c")] }).then(() => null), FREE),
    tool("mail", () => null, {}),
    tool("count", () => 1, FREE),
    tool("bad", () => Promise.reject(new ToolError("broken")), FREE),
  ];
  return { tools, things, calls };
}

/** Puts a thing, named after the action, on a shelf. */
export const putAt = (id: string, at: string, more = {}) =>
  call(id, "put", { parameters: { at, thing: `of ${id}` }, ...more });
