import { describe, expect, it } from "vitest";
import { CarError, ERROR_CODES } from "./car-error.js";
import * as detailed from "./detailed-errors.js";
import {
  AnswerInvalidError,
  InferenceFailedError,
  LogCorruptError,
  LogLockedError,
  problemText,
  RunUndecidedError,
  ToolError,
} from "./detailed-errors.js";
import * as plain from "./plain-errors.js";
import { JsonInvalidError } from "./plain-errors.js";

const ANSWER = {
  problems: [
    { path: "/a", message: "wrong" },
    { path: "", message: "short" },
  ],
  text: "{",
  model: "m",
  usage: { input_tokens: 1, output_tokens: 2 },
};

type AnyClass = new (...args: readonly unknown[]) => CarError;

const CLASSES = Object.values({ ...plain, ...detailed }).filter((one) => one !== problemText) as readonly AnyClass[];

/** Of the classes that are not made of a message alone. */
const OTHER_ARGUMENTS: Readonly<Record<string, readonly unknown[]>> = {
  AnswerInvalidError: [ANSWER],
  InferenceFailedError: ["m", { kind: "refused" }],
  McpPinError: ["m", { found: {} }],
  NestedLockError: [["k"]],
  PolicyDocumentInvalidError: [[]],
  ProposalInvalidError: [[]],
};

describe("errors", () => {
  it("[IR-39] each code is of one class, whose errors are named after it and known as ours", () => {
    const errors = CLASSES.map((ErrorClass) => new ErrorClass(...(OTHER_ARGUMENTS[ErrorClass.name] ?? ["m"])));
    for (const error of errors) {
      expect(error.name).toBe(error.constructor.name);
      expect(CarError.isInstance(error) && error instanceof Error).toBe(true);
    }
    expect(errors.map(({ code }) => code).sort()).toEqual([...ERROR_CODES].sort());
  });

  it("[IR-39] those of another installed copy are known too, other values are not", () => {
    const foreign = Object.assign(new Error("m"), { code: "CAR_TOOL_FAILED", [Symbol.for("car.error")]: true });
    expect(CarError.isInstance(foreign)).toBe(true);
    for (const value of [new Error("m"), { code: "CAR_TOOL_FAILED" }, null, "CAR_TOOL_FAILED"]) {
      expect(CarError.isInstance(value)).toBe(false);
    }
  });

  it("[IR-39] carry the facts a program needs", () => {
    const cause = new Error("c");
    expect(new JsonInvalidError("a.b", "is wrong", { cause })).toMatchObject({
      path: "a.b",
      detail: "is wrong",
      message: "a.b: is wrong",
      cause,
    });
    expect(new ToolError("m", { class: "transient", retryAfterMs: 5, cause })).toMatchObject({
      class: "transient",
      retryAfterMs: 5,
      cause,
    });
    expect(new LogCorruptError("m", { place: { line: 2 }, cause })).toMatchObject({ place: { line: 2 }, cause });
    expect(new LogLockedError("m", { pid: 7 })).toMatchObject({ owner: { pid: 7 } });
    expect(new RunUndecidedError("r", { cause })).toMatchObject({ runId: "r", cause });
    expect(new InferenceFailedError("m", { kind: "rate_limited", model: "a", retryAfterMs: 5 })).toMatchObject({
      kind: "rate_limited",
      class: "transient",
      model: "a",
      retryAfterMs: 5,
    });
    expect(new AnswerInvalidError(ANSWER)).toMatchObject({
      ...ANSWER,
      message: "the answer of model `m` is not what was asked for: /a: wrong; short",
    });
    expect(new ToolError("m")).toMatchObject({ class: "terminal", retryAfterMs: undefined });
  });

  it("[IR-14] a problem is one line: place, what is wrong, what was probably meant", () => {
    expect(problemText({ path: "a[0]", message: "unknown field", did_you_mean: "b" })).toBe(
      "a[0]: unknown field, did you mean `b`?",
    );
    expect(problemText({ path: "", message: "larger than 5 bytes" })).toBe("larger than 5 bytes");
  });
});
