import { nearestName } from "../parse/nearest-name.js";
import type { Reason } from "../result/reason.js";

const MAX_NAMES = 20;
/** Among more names no near one is looked for: a plan may have thousands of calls. */
const MAX_COMPARED = 100;

/** A tool that does not exist, the one that was probably meant, and those that there are. */
export function unknownTool(name: string, known: Iterable<string>): Reason {
  const names = [...known].sort();
  const shown = names.slice(0, MAX_NAMES).map((each) => `\`${each}\``);
  const list = `${shown.join(", ")}${names.length > MAX_NAMES ? ", ..." : ""}`;
  const others = names.length === 0 ? "no tool is registered" : `known: ${list}`;
  const near = names.length > MAX_COMPARED ? undefined : nearestName(name, names);
  const meant = near === undefined ? "" : `, did you mean \`${near}\`?`;
  return { code: "unknown_tool", message: `tool \`${name}\` is not known${meant} (${others})` };
}
