import { SchemaInvalidError } from "@car/ir";
import { backtrackingCost } from "./backtracking-cost.js";
import { LinearMatcher } from "./linear-matcher.js";
import { linearProgram } from "./linear-program.js";
import { parsePattern } from "./parse-pattern.js";
import type { PatternNode } from "./pattern-node.js";
import { nativeSource } from "./pattern-source.js";

/** A regular expression that cannot be made to run for long by the text it is given. */
export interface Pattern {
  /** Whether some part of the text matches. */
  readonly test: (text: string) => boolean;
}

const MAX_LENGTH = 10_000;
/** Steps per code unit that cost the platform's matcher no more than the linear one costs when it has seen nothing yet. */
const STEPS_PER_UNIT = 64;
/** Longer texts always go to the linear matcher, if it can do the pattern: the platform's matcher could run out of stack. */
const LONGEST_NATIVE = 65_536;
/** A pattern that only the platform's matcher knows must be affordable for texts of at least this length. */
const SHORTEST_USEFUL = 64;

/**
 * Compiles a `pattern`. Short texts go to the platform's matcher, as long as its worst case for that length is cheap;
 * longer ones to one whose time is linear. What that one cannot do, looking around and back-references, is refused for
 * long texts (`LimitReached`).
 * @throws `SchemaInvalidError` when it is not a regular expression, or can be matched only in exponential time.
 */
export function compilePattern(source: string): Pattern {
  if (source.length > MAX_LENGTH) throw new SchemaInvalidError(`a pattern is longer than ${MAX_LENGTH} characters`);
  const node = explained(source, () => parsePattern(source));
  const native = explained(source, () => nativeMatcher(source, node));
  const limit = longestAffordable(node);
  let linear: LinearMatcher | undefined;
  const linearMatcher = (): LinearMatcher => (linear ??= new LinearMatcher(linearProgram(node)));
  if (limit < SHORTEST_USEFUL) explained(source, linearMatcher);
  return { test: (text) => (text.length <= limit ? native.test(text) : linearMatcher().test(text)) };
}

function nativeMatcher(source: string, node: PatternNode): RegExp {
  const native = asUnicode(source) ?? new RegExp(nativeSource(node), "u");
  // Engines compile on first use, and only then notice that a pattern is too large.
  native.test("");
  return native;
}

/** Many patterns in use are valid only without the `u` flag; their parsed form is then written anew. */
function asUnicode(source: string): RegExp | undefined {
  try {
    return new RegExp(source, "u");
  } catch {
    return undefined;
  }
}

function longestAffordable(node: PatternNode): number {
  let least = 0;
  for (let most = 1; most <= LONGEST_NATIVE; most *= 2) {
    if (!isAffordable(node, most)) return lastAffordable(node, least, most);
    least = most;
  }
  return LONGEST_NATIVE;
}

function lastAffordable(node: PatternNode, least: number, most: number): number {
  let [good, bad] = [least, most];
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (isAffordable(node, middle)) good = middle;
    else bad = middle;
  }
  return good;
}

function isAffordable(node: PatternNode, length: number): boolean {
  return backtrackingCost(node, length) <= STEPS_PER_UNIT * (length + 4);
}

function explained<T>(source: string, attempt: () => T): T {
  try {
    return attempt();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SchemaInvalidError(`the pattern ${JSON.stringify(source)} cannot be used: ${reason}`, { cause });
  }
}
