import type { Reason } from "../result/reason.js";

const MAX_NAMES = 20;

/** A tool that does not exist, and those that do. */
export function unknownTool(name: string, known: Iterable<string>): Reason {
  const names = [...known].sort();
  const shown = names.slice(0, MAX_NAMES).map((each) => `\`${each}\``);
  const list = `${shown.join(", ")}${names.length > MAX_NAMES ? ", ..." : ""}`;
  const others = names.length === 0 ? "no tool is registered" : `known: ${list}`;
  return { code: "unknown_tool", message: `tool \`${name}\` is not known (${others})` };
}
