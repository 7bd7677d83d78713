import type { ToolSchema } from "@car/ir";

const MAX_NAME = 64;

/** The tool's name as model APIs accept it: letters, digits, `_` and `-`, at most 64. */
export function modelName(name: string): string {
  return name.replaceAll(/[^A-Za-z0-9_-]/g, "_").slice(0, MAX_NAME);
}

/** Finds the tool a model means by a name that `modelName` may have changed; the name itself when there is none. */
export function toolNameOf(name: string, tools: readonly Pick<ToolSchema, "name">[]): string {
  if (tools.some((tool) => tool.name === name)) return name;
  return tools.find((tool) => modelName(tool.name) === name)?.name ?? name;
}
