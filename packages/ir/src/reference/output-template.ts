import type { JsonObject, JsonValue } from "../json/json-value.js";
import { fillNode, type Resolution } from "./fill-node.js";
import { OUTPUT_NOTATION, type Pointer } from "./reference-text.js";
import { nodeCompiler } from "./template-node.js";

/** What `$output`, `$parameters` and `$before` stand for: the action's own. */
export interface OutputScope {
  /** `undefined` while there is none: then a reference to it cannot be filled in. */
  readonly output: JsonValue | undefined;
  readonly parameters: JsonObject;
  /** The before-image. `undefined` when there is none, as everywhere but in what undoes a call. */
  readonly before?: JsonValue | undefined;
}

const compiler = nodeCompiler(OUTPUT_NOTATION);

/**
 * Fills in `"$output.path"`, `"$parameters.path"` and `"$before.path"` (whole strings, or `${output.path}` inside longer
 * ones), as declarations of effects, compensations and readers write them. `$$` escapes as in an action's parameters. One pass; new arrays
 * and objects are frozen, unchanged parts shared. Never throws.
 */
export function resolveOutputTemplate(value: JsonValue, scope: OutputScope): Resolution {
  const node = compiler.compile(value, []);
  if (node === undefined) return { ok: true, value };
  return fillNode(node, (root) => scope[root as keyof OutputScope]);
}

/** Whether a template holds a reference to one of the roots. */
export function pointsTo(value: JsonValue, root: keyof OutputScope): boolean {
  const pointers: Pointer[] = [];
  compiler.compile(value, pointers);
  return pointers.some((pointer) => pointer.root === root);
}
