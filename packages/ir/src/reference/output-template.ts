import type { JsonObject, JsonValue } from "../json/json-value.js";
import { fillNode, type Resolution } from "./fill-node.js";
import { OUTPUT_NOTATION } from "./reference-text.js";
import { nodeCompiler } from "./template-node.js";

/** What `$output` and `$parameters` stand for: the action's own. */
export interface OutputScope {
  /** `undefined` while there is none: then a reference to it cannot be filled in. */
  readonly output: JsonValue | undefined;
  readonly parameters: JsonObject;
}

const compiler = nodeCompiler(OUTPUT_NOTATION);

/**
 * Fills in `"$output.path"` and `"$parameters.path"` (whole strings, or `${output.path}` inside longer ones), as
 * declarations of effects and compensations write them. `$$` escapes as in an action's parameters. One pass; new arrays
 * and objects are frozen, unchanged parts shared. Never throws.
 */
export function resolveOutputTemplate(value: JsonValue, scope: OutputScope): Resolution {
  const node = compiler.compile(value, []);
  if (node === undefined) return { ok: true, value };
  return fillNode(node, (root) => (root === "output" ? scope.output : scope.parameters));
}
