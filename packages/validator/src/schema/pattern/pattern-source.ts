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

/** The pattern as an RE2 source; `undefined` when it uses what RE2 lacks: looking around and back-references. */
export function re2Source(node: PatternNode): string | undefined {
  switch (node.kind) {
    case "atom":
      return node.re2;
    case "sequence":
      return joined(node.parts, "");
    case "choice":
      return joined(node.options, "|");
    case "repeat":
      return wrapped(node.part, repetition(node));
    case "group":
      return node.looksAround ? undefined : wrapped(node.part, "");
  }
}

function joined(nodes: readonly PatternNode[], separator: string): string | undefined {
  const sources = nodes.map(re2Source);
  return sources.includes(undefined) ? undefined : sources.join(separator);
}

// Whether something matches does not depend on what groups capture.
function wrapped(node: PatternNode, suffix: string): string | undefined {
  const source = re2Source(node);
  return source === undefined ? undefined : `(?:${source})${suffix}`;
}

function repetition({ min, max, isLazy }: RepeatNode): string {
  const upper = max === Infinity ? "" : max;
  return `{${min},${upper}}${isLazy ? "?" : ""}`;
}
