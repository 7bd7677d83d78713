import { canonicalJson, type JsonValue } from "@car/ir";
import { operatorTest } from "../conditions/operator-test.js";
import type { OperatorData } from "../schema/operators.js";
import { samplePattern } from "./sample-pattern.js";

/** Values of one place that stand for all there are, as far as some conditions can tell them apart. */
export interface ValueSamples {
  /** `undefined`: nothing is there. */
  readonly values: readonly (JsonValue | undefined)[];
  /** Why the values may not stand for all. */
  readonly undecided?: string;
}

const MAX_PARTS = 5;
const SEPARATORS = [..."·|~§¤¦"];

/** Constants, what lies between and beyond them, combinations of the texts that are searched for, and what is neither. */
export function valueSamples(conditions: readonly OperatorData[]): ValueSamples {
  const constants = conditions.flatMap(({ equals, one_of = [] }) => (equals === undefined ? one_of : [equals]));
  const texts = textSamples(conditions, constants);
  const values = [
    ...new Map(
      [...constants, ...numberSamples(conditions, constants), ...texts.values, null, true, false, [], {}].map(
        (value) => [canonicalJson(value), value],
      ),
    ).values(),
  ];
  const mixed = conditions.some(isText) && conditions.some(isNumeric);
  const undecided = mixed ? "a place has conditions on numbers and on texts" : texts.undecided;
  return { values: [undefined, ...values], ...(undecided !== undefined && { undecided }) };
}

function isText({ contains, starts_with, matches }: OperatorData): boolean {
  return contains !== undefined || starts_with !== undefined || matches !== undefined;
}

function isNumeric(condition: OperatorData): boolean {
  return boundOf(condition) !== undefined;
}

function boundOf({ gt, gte, lt, lte }: OperatorData): number | undefined {
  return gt ?? gte ?? lt ?? lte;
}

function numberSamples(conditions: readonly OperatorData[], constants: readonly JsonValue[]): readonly number[] {
  const bounds = conditions.flatMap((condition) => boundOf(condition) ?? []);
  const numbers = constants.filter((value) => typeof value === "number");
  const marks = [...new Set([...bounds, ...numbers])].sort((left, right) => left - right);
  const [least = 0] = marks;
  const between = marks.slice(1).map((mark, at) => (mark + marks[at]!) / 2);
  return [...marks, ...between, least - 1, (marks.at(-1) ?? 0) + 1];
}

interface TextSamples {
  readonly values: readonly string[];
  readonly undecided?: string;
}

function textSamples(conditions: readonly OperatorData[], constants: readonly JsonValue[]): TextSamples {
  const prefixes = distinct(conditions.flatMap(({ starts_with }) => starts_with ?? []));
  const parts = distinct(conditions.flatMap(({ contains }) => contains ?? []));
  const patterns = distinct(conditions.flatMap(({ matches }) => matches ?? []));
  const known = JSON.stringify([prefixes, parts, constants]);
  const separator = SEPARATORS.find((each) => !known.includes(each));
  if (separator === undefined || parts.length > MAX_PARTS) {
    return { values: ["other"], undecided: "too many texts are searched for in one place" };
  }
  const built = ["", ...prefixes].flatMap((prefix) =>
    subsets(parts).map((chosen) => [prefix, ...chosen].join(separator) + separator),
  );
  const samples = distinct([...built, ...prefixes, ...parts, ...patterns.flatMap(samplePattern), "other", ""]);
  // A text that some rule names is a case of its own and stands for no other.
  const unnamed = samples.filter((sample) => !constants.includes(sample));
  const isCovered = patterns.length === 0 || coversAll(unnamed, { prefixes, parts, patterns });
  const undecided = `the combinations of the patterns ${patterns.map((each) => `\`${each}\``).join(", ")} could not all be sampled`;
  return { values: samples, ...(!isCovered && { undecided }) };
}

/** Whether every combination of answers occurs. Some may be impossible: then nothing is claimed. */
function coversAll(
  samples: readonly string[],
  { prefixes, parts, patterns }: Readonly<Record<"prefixes" | "parts" | "patterns", readonly string[]>>,
): boolean {
  const tests = [
    ...prefixes.map((starts_with) => operatorTest({ starts_with })),
    ...parts.map((contains) => operatorTest({ contains })),
    ...patterns.map((matches) => operatorTest({ matches })),
  ];
  const seen = new Set(samples.map((sample) => tests.map((test) => test.holds(sample)).join()));
  return seen.size === 2 ** tests.length;
}

function subsets(parts: readonly string[]): readonly (readonly string[])[] {
  return parts.reduce<readonly (readonly string[])[]>(
    (all, part) => [...all, ...all.map((each) => [...each, part])],
    [[]],
  );
}

function distinct(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)];
}
