import type { JsonObject } from "@car/ir";
import type { ParamField } from "../schema/fields.js";
import type { OperatorData } from "../schema/operators.js";
import { BRANCHES, parseParamPath, valueAt, valuesAt } from "./param-path.js";
import { both, either, type Truth } from "./truth.js";
import { compileValueTest } from "./value-test.js";

/** A condition on one parameter, wherever its path leads. */
export interface ParamTest {
  /** For rules that forbid: whether any value the path leads to satisfies the condition. */
  some(parameters: JsonObject): Truth;
  /** For rules that permit: whether every value the path leads to satisfies it. */
  every(parameters: JsonObject): Truth;
}

/** The parts of a condition on a parameter. */
export interface ParamCondition extends OperatorData {
  readonly param: ParamField;
  /** True when a value that is not there satisfies `every`. */
  readonly optional?: boolean | undefined;
}

/** Compiles a condition on a parameter. */
export function compileParamTest(condition: ParamCondition): ParamTest {
  const path = parseParamPath(condition.param);
  const test = compileValueTest(condition);
  const isOptional = condition.optional === true;
  return {
    some(parameters) {
      const value = valueAt(parameters, path);
      if (value !== BRANCHES) return test.some(value);
      const values = valuesAt(parameters, path);
      return values === undefined ? "unknown" : values.map((found) => test.some(found)).reduce(either);
    },
    every(parameters) {
      const value = valueAt(parameters, path);
      if (value !== BRANCHES) return value === undefined && isOptional ? "yes" : test.every(value);
      const values = valuesAt(parameters, path);
      if (values === undefined) return "unknown";
      return values.map((found) => (found === undefined && isOptional ? "yes" : test.every(found))).reduce(both);
    },
  };
}
