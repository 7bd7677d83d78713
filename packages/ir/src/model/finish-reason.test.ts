import { describe, expect, it } from "vitest";
import { finishReasonOf, isWholeAnswer } from "./finish-reason.js";

describe("why an answer ended", () => {
  it.each([
    ["stop", "stop"],
    ["STOP", "stop"],
    ["end_turn", "stop"],
    ["tool-calls", "tool_calls"],
    ["tool_use", "tool_calls"],
    ["MAX_TOKENS", "length"],
    ["length", "length"],
    ["SAFETY", "content_filter"],
    ["refusal", "content_filter"],
    ["error", "error"],
    ["pause_turn", "unknown"],
    ["", "unknown"],
    ["constructor", "unknown"],
  ])("[IR-71] %j means %s", (word, reason) => {
    expect(finishReasonOf(word)).toBe(reason);
    expect(isWholeAnswer(word)).toBe(reason === "stop" || reason === "tool_calls");
  });
});
