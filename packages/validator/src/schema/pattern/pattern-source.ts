import type { PatternNode, RepeatNode } from "./pattern-node.js";

/** The pattern as an ECMAScript source for the `u` flag. */
export function nativeSource(node: PatternNode): string {
  switch (node.kind) {
    case "atom":
      return node.native;
    case "sequence":
      return node.parts.map(nativeSource).join("");
    case "choice":
      return node.options.map(nativeSource).join("|");
    case "repeat":
      return nativeSource(node.part) + repetition(node);
    case "group":
      return `${node.open}${nativeSource(node.part)})`;
  }
}

function repetition({ min, max, isLazy }: RepeatNode): string {
  const upper = max === Infinity ? "" : max;
  return `{${min},${upper}}${isLazy ? "?" : ""}`;
}
