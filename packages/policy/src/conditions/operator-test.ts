import { jsonEqual, type JsonValue } from "@car/ir";
import type { OperatorData } from "../schema/operators.js";
import { compilePattern } from "./text-pattern.js";
import { type Truth, truthOf } from "./truth.js";
import { PATTERN_COST } from "./work-meter.js";

/** One operator with its operand, ready to be put to single values. Lists and objects are the caller's concern. */
export interface OperatorTest {
  holds(value: JsonValue): Truth;
  /** Work per character of a text, in units of `WorkMeter`; whoever asks pays it before. */
  readonly costPerCharacter: number;
  /** Whether what stands inside an object (its values and its names) is looked at as well. */
  readonly looksInside: boolean;
}

/** Compiles the one operator of a condition, `present` excepted: that one is not about a value. */
export function operatorTest(condition: OperatorData): OperatorTest {
  const { equals, one_of, contains, starts_with, matches, gt, gte, lt, lte } = condition;
  if (equals !== undefined) return valueTest((value) => truthOf(jsonEqual(value, equals)));
  if (one_of !== undefined) return membershipTest(one_of);
  if (contains !== undefined) {
    return textTest((text) => text.includes(contains), contains.length + 1);
  }
  if (starts_with !== undefined) return textTest((text) => text.startsWith(starts_with), 1);
  if (matches !== undefined) return patternTest(matches);
  if (gt !== undefined) return numberTest((value) => value > gt);
  if (gte !== undefined) return numberTest((value) => value >= gte);
  if (lt !== undefined) return numberTest((value) => value < lt);
  if (lte !== undefined) return numberTest((value) => value <= lte);
  throw new TypeError("a condition needs an operator");
}

function membershipTest(members: readonly JsonValue[]): OperatorTest {
  const scalars = new Set(members.filter((member) => !isContainer(member)));
  const containers = members.filter(isContainer);
  const isMember = (value: JsonValue): boolean =>
    isContainer(value) ? containers.some((container) => jsonEqual(value, container)) : scalars.has(value);
  return valueTest((value) => truthOf(isMember(value)));
}

function isContainer(value: JsonValue): boolean {
  return typeof value === "object" && value !== null;
}

function patternTest(source: string): OperatorTest {
  const pattern = compilePattern(source);
  if (typeof pattern === "string") throw new TypeError(`a pattern ${pattern}`);
  return textTest((text) => pattern.isFoundIn(text), pattern.size * PATTERN_COST);
}

function valueTest(holds: (value: JsonValue) => Truth): OperatorTest {
  return { holds, costPerCharacter: 0, looksInside: false };
}

/** Numbers, true and false are looked at as their JSON text: `22` and `"22"` are the same to a pattern. */
function textTest(test: (text: string) => boolean, costPerCharacter: number): OperatorTest {
  const holds = (value: JsonValue): Truth => {
    if (typeof value === "string") return truthOf(test(value));
    return typeof value === "number" || typeof value === "boolean" ? truthOf(test(String(value))) : "no";
  };
  return { holds, costPerCharacter, looksInside: true };
}

/** What is not a number cannot be compared; whether that is good enough is for the rule to say. */
function numberTest(test: (value: number) => boolean): OperatorTest {
  return valueTest((value) => {
    if (typeof value === "number") return truthOf(test(value));
    return Array.isArray(value) ? "no" : "unknown";
  });
}
