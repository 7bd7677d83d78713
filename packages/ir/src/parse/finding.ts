import type { InputProblem } from "../errors/detailed-errors.js";
import { pathText, type PathStep } from "../json/json-path.js";

/** A problem before its path has become text. */
export interface Finding {
  readonly path: readonly PathStep[];
  readonly message: string;
  readonly did_you_mean?: string;
}

/** Reporting stops here: whoever reads the report fixes the first ones and tries again. */
export const MAX_PROBLEMS = 100;

/** The findings as problems, in the order in which their places stand in `input`; at most `MAX_PROBLEMS` and a count. */
export function problemsOf(findings: readonly Finding[], input: unknown): InputProblem[] {
  const ranks: MemberRanks = new Map();
  const shown = findings
    .slice(0, MAX_PROBLEMS)
    .map((finding) => ({ finding, rank: rankOf(finding.path, input, ranks) }));
  shown.sort((left, right) => compareRanks(left.rank, right.rank));
  const problems = shown.map(({ finding }) => problemOf(finding));
  if (findings.length > MAX_PROBLEMS) problems.push({ path: "", message: "there are further problems" });
  return problems;
}

function problemOf({ path, message, did_you_mean }: Finding): InputProblem {
  return { path: pathText(path), message, ...(did_you_mean !== undefined && { did_you_mean }) };
}

/** The position of each member, for the objects that were asked about: an object can have a million. */
type MemberRanks = Map<object, ReadonlyMap<string, number>>;

/** The position of each step among its siblings. What is missing comes after everything that is there. */
function rankOf(path: readonly PathStep[], input: unknown, ranks: MemberRanks): readonly number[] {
  let value = input;
  return path.map((step) => {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, step)) {
      value = undefined;
      return Infinity;
    }
    const rank = typeof step === "number" ? step : (memberRanks(value, ranks).get(step) ?? Infinity);
    value = (value as Readonly<Record<PathStep, unknown>>)[step];
    return rank;
  });
}

function memberRanks(object: object, ranks: MemberRanks): ReadonlyMap<string, number> {
  let ofObject = ranks.get(object);
  if (ofObject === undefined) {
    ofObject = new Map(Object.keys(object).map((name, position) => [name, position]));
    ranks.set(object, ofObject);
  }
  return ofObject;
}

function compareRanks(left: readonly number[], right: readonly number[]): number {
  const steps = Math.min(left.length, right.length);
  for (let at = 0; at < steps; at++) {
    const [one, other] = [left[at] ?? 0, right[at] ?? 0];
    if (one !== other) return one < other ? -1 : 1;
  }
  return left.length - right.length;
}
