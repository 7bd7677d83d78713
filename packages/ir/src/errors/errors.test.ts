import { describe, expect, it } from "vitest";
import { AnswerInvalidError } from "./answer-invalid-error.js";
import { CarError } from "./car-error.js";
import { ConfigInvalidError } from "./config-invalid-error.js";
import { ERROR_CODES } from "./error-code.js";
import { InferenceFailedError } from "./inference-failed-error.js";
import { JsonInvalidError } from "./json-invalid-error.js";
import { LogCorruptError } from "./log-corrupt-error.js";
import { LogFencedError } from "./log-fenced-error.js";
import { LogLockedError } from "./log-locked-error.js";
import { NestedLockError } from "./lock-error.js";
import { NoModelError } from "./no-model-error.js";
import { NotRecordedError } from "./not-recorded-error.js";
import { ProposalInvalidError, problemText } from "./proposal-invalid-error.js";
import { RunUndecidedError } from "./run-undecided-error.js";
import { StateKeyDeniedError } from "./state-error.js";
import { ToolError } from "./tool-error.js";

const ANSWER = {
  problems: [
    { path: "/a", message: "wrong" },
    { path: "", message: "short" },
  ],
  text: "{",
  model: "m",
  usage: { input_tokens: 1, output_tokens: 2 },
};

describe("errors", () => {
  it.each([
    new ConfigInvalidError("m"),
    new JsonInvalidError("a.b", "is wrong"),
    new LogCorruptError("m"),
    new LogFencedError("m"),
    new LogLockedError("m"),
    new NestedLockError(["k"]),
    new ProposalInvalidError([{ path: "", message: "m" }]),
    new RunUndecidedError("r"),
    new StateKeyDeniedError("k", "is not declared"),
    new ToolError("m"),
    new AnswerInvalidError(ANSWER),
    new InferenceFailedError("m", { kind: "refused" }),
    new NoModelError("m"),
    new NotRecordedError("m"),
  ])("[IR-39] $name has a code from the list", (error) => {
    expect(ERROR_CODES).toContain(error.code);
    expect(error.name).toBe(error.constructor.name);
    expect(CarError.isInstance(error) && error instanceof Error).toBe(true);
  });

  it("[IR-39] the codes are all different", () => {
    expect(new Set(ERROR_CODES).size).toBe(ERROR_CODES.length);
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
