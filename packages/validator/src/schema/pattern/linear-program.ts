import { LimitReached } from "../interpret/run.js";
import type { AtomNode, GroupNode, PatternNode, RepeatNode } from "./pattern-node.js";

/** One step of a program; other steps are named by their index. */
export type Step =
  /** Takes one character of a class, which is named by its index. */
  | { readonly kind: "take"; readonly of: number; readonly next: number }
  /** Goes both ways. */
  | { readonly kind: "fork"; next: number; readonly other: number }
  /** Goes on where the place in the text is right. */
  | { readonly kind: "assert"; readonly place: string; readonly next: number }
  | { readonly kind: "accept" };

/** A pattern as steps, for a matcher that is at many of them at once. */
export interface LinearProgram {
  readonly steps: readonly Step[];
  readonly start: number;
  /** Each fits one character. */
  readonly classes: readonly RegExp[];
}

/** A matcher looks at each step for each character of a text that it has not seen before. */
const MAX_PARTS = 10_000;
const PLACES: ReadonlySet<string> = new Set(["^", "$", "\\b", "\\B"]);

/**
 * The steps of a pattern, repetitions written out.
 * @throws `LimitReached` when there would be too many, and for what needs backtracking: looking around, back-references.
 */
export function linearProgram(pattern: PatternNode): LinearProgram {
  const writer = new ProgramWriter();
  const start = writer.write(pattern, writer.add({ kind: "accept" }));
  const classes = [...writer.classes.keys()].map((native) => new RegExp(`^${native}$`, "u"));
  return { steps: writer.steps, start, classes };
}

/** Writes backwards: each part is given the step that follows it, and gives the step that it begins with. */
class ProgramWriter {
  readonly steps: Step[] = [];
  /** Spellings, numbered in the order of their first use. */
  readonly classes = new Map<string, number>();
  private parts = 0;

  add(step: Step): number {
    return this.steps.push(step) - 1;
  }

  write(node: PatternNode, next: number): number {
    // Counted by parts, as an empty one that is repeated adds no step.
    if (++this.parts > MAX_PARTS) throw new LimitReached("is too long for a pattern of this size");
    switch (node.kind) {
      case "atom":
        return this.writeAtom(node, next);
      case "sequence":
        return node.parts.reduceRight((follower, part) => this.write(part, follower), next);
      case "choice":
        return node.options
          .map((option) => this.write(option, next))
          .reduceRight((other, option) => this.add({ kind: "fork", next: option, other }));
      case "repeat":
        return this.writeRepeat(node, next);
      case "group":
        return this.writeGroup(node, next);
    }
  }

  private writeAtom({ native, isBackReference }: AtomNode, next: number): number {
    if (isBackReference === true) throw needsBacktracking();
    if (PLACES.has(native)) return this.add({ kind: "assert", place: native, next });
    const known = this.classes.get(native);
    const of = known ?? this.classes.size;
    if (known === undefined) this.classes.set(native, of);
    return this.add({ kind: "take", of, next });
  }

  private writeRepeat({ part, min, max }: RepeatNode, next: number): number {
    let begin = max === Infinity ? this.writeLoop(part, next) : next;
    for (let count = min; count < max && max !== Infinity; count++) {
      begin = this.add({ kind: "fork", next: this.write(part, begin), other: next });
    }
    for (let count = 0; count < min; count++) begin = this.write(part, begin);
    return begin;
  }

  private writeLoop(part: PatternNode, next: number): number {
    const loop = { kind: "fork", next: 0, other: next } satisfies Step;
    const index = this.add(loop);
    loop.next = this.write(part, index);
    return index;
  }

  // Whether something matches does not depend on what groups capture.
  private writeGroup({ part, looksAround }: GroupNode, next: number): number {
    if (looksAround) throw needsBacktracking();
    return this.write(part, next);
  }
}

function needsBacktracking(): LimitReached {
  return new LimitReached("is too long for a pattern that needs backtracking");
}
