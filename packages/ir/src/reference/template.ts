import type { PathStep } from "../json/json-path.js";
import type { JsonValue } from "../json/json-value.js";
import { fillNode, type Resolution } from "./fill-node.js";
import { ACTION_NOTATION, type Pointer } from "./reference-text.js";
import { mayPoint, nodeCompiler } from "./template-node.js";

/** A pointer into the output of an action. */
export interface Reference {
  readonly action_id: string;
  readonly path: readonly PathStep[];
  /** As written, without its mark: `a1.output.items[0].id`. */
  readonly text: string;
}

/** A JSON value with references, or escapes, in it. */
export interface Template {
  /** In document order; one that stands twice is listed twice. Empty when there are only escapes. */
  readonly references: readonly Reference[];
  /**
   * Replaces every reference in one pass: what is put in is never scanned again. Unchanged parts are shared, new ones
   * frozen. `outputOf` gives an action's output, or `undefined` when it has none. Never throws.
   */
  resolve(outputOf: (actionId: string) => JsonValue | undefined): Resolution;
}

const compiler = nodeCompiler(ACTION_NOTATION);

/** Compiles the references of a value; `undefined`, cheaply, when it holds neither a reference nor an escape. */
export function compileTemplate(value: JsonValue): Template | undefined {
  if (!mayPoint(value)) return undefined;
  const pointers: Pointer[] = [];
  const node = compiler.compile(value, pointers);
  if (node === undefined) return undefined;
  return {
    references: pointers.map(({ root, path, text }) => ({ action_id: root, path, text })),
    resolve: (outputOf) => fillNode(node, outputOf),
  };
}

/** The references of a value, in document order. */
export function referencesIn(value: JsonValue): readonly Reference[] {
  return compileTemplate(value)?.references ?? [];
}
