import type { JsonValue } from "@car/ir";
import type { OperatorData } from "../schema/operators.js";
import { operatorTest, type OperatorTest } from "./operator-test.js";
import { both, either, type Truth, truthOf } from "./truth.js";
import { MAX_WORK, spend, type WorkMeter } from "./work-meter.js";

/** A condition, ready to be put to values. `undefined` stands for a value that is not there. */
export interface ValueTest {
  /** For rules that forbid: whether the value or anything inside it satisfies the condition. */
  some(value: JsonValue | undefined): Truth;
  /** For rules that permit: whether the value satisfies it, or is a list and each of its items does. */
  every(value: JsonValue | undefined): Truth;
}

/** Compiles a condition that has exactly one operator. The test never changes and can be used any number of times. */
export function compileValueTest(condition: OperatorData): ValueTest {
  if (condition.present !== undefined) return presenceTest(condition.present);
  return nestedTest(operatorTest(condition));
}

function presenceTest(wanted: boolean): ValueTest {
  const test = (value: JsonValue | undefined): Truth => truthOf((value !== undefined) === wanted);
  return { some: test, every: test };
}

/** Puts a test of single values to whole trees. */
export function nestedTest(test: OperatorTest): ValueTest {
  const meter: WorkMeter = { left: 0 };
  return {
    some(value) {
      if (value === undefined) return "no";
      // One evaluation is synchronous and ends before the next begins, so that one meter serves them all.
      meter.left = MAX_WORK;
      return someIn(value, test, meter);
    },
    every(value) {
      if (value === undefined) return "no";
      meter.left = MAX_WORK;
      return everyIn(value, test, meter);
    },
  };
}

function someIn(value: JsonValue, test: OperatorTest, meter: WorkMeter): Truth {
  if (!spend(meter, costOf(value, test))) return "unknown";
  const itself = test.holds(value);
  if (itself === "yes" || typeof value !== "object" || value === null) return itself;
  if (Array.isArray(value)) return someOf(value, test, meter);
  if (!test.looksInside) return itself;
  const inside = someOf(Object.values(value), test, meter);
  return inside === "yes" ? inside : either(inside, someOf(Object.keys(value), test, meter));
}

function costOf(value: JsonValue, test: OperatorTest): number {
  return typeof value === "string" ? 1 + (value.length + 1) * test.costPerCharacter : 1;
}

function someOf(values: readonly JsonValue[], test: OperatorTest, meter: WorkMeter): Truth {
  let found: Truth = "no";
  for (const value of values) {
    found = either(found, someIn(value, test, meter));
    if (found === "yes") return found;
  }
  return found;
}

function everyIn(value: JsonValue, test: OperatorTest, meter: WorkMeter): Truth {
  if (!spend(meter, costOf(value, test))) return "unknown";
  const itself = test.holds(value);
  // An empty list satisfies nothing: some tools take it to mean everybody.
  if (itself === "yes" || !Array.isArray(value) || value.length === 0) return itself;
  let found: Truth = "yes";
  for (const item of value as readonly JsonValue[]) {
    found = both(found, everyIn(item, test, meter));
    if (found === "no") return found;
  }
  return found;
}
