import { describe, expect, it } from "vitest";
import { scriptedInference } from "./scripted-inference.js";

const REQUEST = { messages: [{ role: "user", content: "go on" }] } as const;

describe("scriptedInference", () => {
  it("[CF-11] gives its answers in order, fills in what they leave out, and keeps what it was asked", async () => {
    const tool_calls = [{ id: "a", name: "look", arguments: {} }];
    const model = scriptedInference([{ tool_calls }, "done"]);
    expect(await model.infer(REQUEST)).toEqual({
      text: "",
      tool_calls,
      usage: { input_tokens: 0, output_tokens: 0 },
      model: "scripted",
      finish_reason: "tool_calls",
    });
    expect(await model.infer(REQUEST)).toMatchObject({ text: "done", finish_reason: "stop" });
    await expect(model.infer(REQUEST)).rejects.toThrow("the script has no answer 3");
    expect(model.requests).toEqual([REQUEST, REQUEST, REQUEST]);
  });

  it("[CF-11] gives what a function gives, whatever that is", async () => {
    const { signal } = new AbortController();
    const model = scriptedInference([
      () => 7,
      (request, options) => [request, options.signal === signal],
      () => {
        throw new Error("no");
      },
    ]);
    expect(await model.infer(REQUEST)).toBe(7);
    expect(await model.infer(REQUEST, { signal })).toEqual([REQUEST, true]);
    await expect(model.infer(REQUEST)).rejects.toThrow("no");
  });
});
