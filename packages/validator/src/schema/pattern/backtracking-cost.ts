import type { GroupNode, PatternNode, RepeatNode } from "./pattern-node.js";

/** How a backtracking matcher can spend its time on a part of a pattern, from one place in the text. */
interface Cost {
  /** Upper bound on the different ways in which the part can match. */
  readonly ways: number;
  /** Upper bound on the steps for trying all of them. */
  readonly steps: number;
}

const ONE_STEP: Cost = { ways: 1, steps: 1 };

/**
 * An upper bound on the steps that a backtracking matcher takes to say whether some part of a text of `length`
 * UTF-16 code units matches. Never too low; `Infinity` when it exceeds what a double holds.
 */
export function backtrackingCost(pattern: PatternNode, length: number): number {
  const { steps } = costOf(withoutTail(pattern), length);
  return beginsAtStart(pattern) ? steps + length : steps * (length + 1) + length;
}

function costOf(node: PatternNode, length: number): Cost {
  switch (node.kind) {
    case "atom":
      return node.isBackReference === true ? { ways: 1, steps: length + 1 } : ONE_STEP;
    case "sequence":
      return node.parts.reduceRight<Cost>((rest, part) => followedBy(costOf(part, length), rest), ONE_STEP);
    case "choice":
      return eitherOf(node.options.map((option) => costOf(option, length)));
    case "repeat":
      return repeated(node, length);
    case "group":
      return groupCost(node, length);
  }
}

function followedBy(first: Cost, rest: Cost): Cost {
  return { ways: first.ways * rest.ways, steps: first.steps + first.ways * rest.steps };
}

function eitherOf(options: readonly Cost[]): Cost {
  return options.reduce((sum, { ways, steps }) => ({ ways: sum.ways + ways, steps: sum.steps + steps + 1 }), {
    ways: 0,
    steps: 1,
  });
}

function repeated({ part, min, max }: RepeatNode, length: number): Cost {
  // Rounds after the required ones must each take some text.
  const rounds = Math.min(max, Math.max(min, length));
  const once = costOf(part, length);
  const counts = rounds - min + 1;
  if (once.ways <= 1) return { ways: counts, steps: (rounds + 1) * (once.steps + 1) };
  const branches = once.ways ** rounds;
  return { ways: counts * branches, steps: (rounds + 1) * branches * (once.steps + 1) };
}

function groupCost({ part, looksAround }: GroupNode, length: number): Cost {
  const { ways, steps } = costOf(part, length);
  return { ways: looksAround ? 1 : ways, steps: steps + 1 };
}

/**
 * A repeated character at the very end adds no choices: the first way to match is the answer, and finding its end is
 * one walk through the text. (A repeated group may take long before it fails and is left out, so it stays.)
 */
function withoutTail(node: PatternNode): PatternNode {
  if (node.kind === "repeat" && node.part.kind === "atom") return { ...node, max: node.min };
  if (node.kind !== "sequence") return node;
  return { ...node, parts: [...node.parts.slice(0, -1), ...node.parts.slice(-1).map(withoutTail)] };
}

function beginsAtStart(node: PatternNode): boolean {
  switch (node.kind) {
    case "atom":
      return node.isStart === true;
    case "sequence":
      return node.parts[0] !== undefined && beginsAtStart(node.parts[0]);
    case "choice":
      return node.options.every(beginsAtStart);
    case "repeat":
      return node.min > 0 && beginsAtStart(node.part);
    case "group":
      return !node.looksAround && beginsAtStart(node.part);
  }
}
