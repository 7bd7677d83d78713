import { ConfigInvalidError } from "@car/ir";
import type { InferenceRequest } from "@car/ir/ports";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { historyOf } from "./chat-history.js";
import { llamaInference } from "./llama-inference.js";
import { missing } from "./load-llama.js";
import type { GenerateOptions, Generated, LlamaItem } from "./loaded-llama.js";
import { tinyModel } from "./testing/tiny-model.js";

const folder = mkdtempSync(join(tmpdir(), "car-llama-"));
const modelPath = join(folder, "tiny.gguf");
writeFileSync(modelPath, tinyModel("OK!"));
const real = llamaInference({ modelPath, contextSize: 512 });

afterAll(async () => {
  await real.close();
  rmSync(folder, { recursive: true });
});

const ASK: InferenceRequest = { messages: [{ role: "user", content: "hi" }] };
const ANSWER: Generated = { text: "", calls: [], inputTokens: 1, outputTokens: 1, stopReason: "eogToken" };

/** A model that answers what it is told to and keeps what it was asked. */
function scripted(answer: Partial<Generated> = {}) {
  const asked: { readonly history: readonly LlamaItem[]; readonly options: GenerateOptions }[] = [];
  const seen: string[] = [];
  const load = async () => {
    seen.push("load");
    return {
      generate: async (history: readonly LlamaItem[], options: GenerateOptions) => {
        asked.push({ history, options });
        return { ...ANSWER, ...answer };
      },
      close: async () => void seen.push("close"),
    };
  };
  return { model: llamaInference({ modelPath: "/models/some-8b.Q4.gguf", load }), asked, seen };
}

describe("llamaInference", () => {
  it("[LL-1] a GGUF file answers on this machine; tokens are counted, bounds are kept", async () => {
    const { text, usage, model, finish_reason: finish } = await real.infer(ASK);
    expect([text, model, finish, usage.output_tokens]).toEqual(["OK!", "local/tiny", "stop", 4]);
    expect(usage.input_tokens).toBeGreaterThan(2);
    expect(await real.infer({ ...ASK, params: { max_tokens: 2 } })).toMatchObject({
      text: "OK",
      finish_reason: "length",
    });
    expect((await real.infer({ ...ASK, params: { stop: ["!"] } })).text).toBe("OK");
  });

  it("[LL-1] an answer does not hang on what was asked before", async () => {
    const first = await real.infer(ASK);
    await real.infer({ messages: [{ role: "user", content: "something else altogether" }] });
    expect(await real.infer(ASK)).toEqual(first);
  });

  it("[LL-2] an answer in a given form is JSON of that form, even from a model that knows no JSON", async () => {
    const schema = { type: "object", properties: { sure: { type: "boolean" } }, required: ["sure"] };
    const { text } = await real.infer({ ...ASK, response_format: schema });
    expect(typeof (JSON.parse(text) as { sure: unknown }).sure).toBe("boolean");
  });

  it("[LL-3] tools are offered, calls come back with ids, and their answers stand with them", async () => {
    const calls = [{ name: "look", arguments: { at: 1 } }];
    const { model, asked } = scripted({ calls, stopReason: "functionCalls" });
    const tools = [{ name: "look", description: "Looks.", parameters: { type: "object" } }];
    expect(await model.infer({ ...ASK, tools })).toMatchObject({
      tool_calls: [{ id: "call_0", ...calls[0] }],
      finish_reason: "tool_calls",
    });
    expect(asked[0]!.options.functions).toEqual({ look: { description: "Looks.", params: { type: "object" } } });
    const history = historyOf([
      { role: "system", content: "s" },
      ...ASK.messages,
      { role: "assistant", content: "", tool_calls: [{ id: "a", name: "look", arguments: '{"at":1}' }] },
      { role: "tool", tool_call_id: "a", content: "nothing" },
      { role: "user", content: "and?" },
    ]);
    expect(history).toEqual([
      { type: "system", text: "s" },
      { type: "user", text: "hi" },
      { type: "model", response: [{ type: "functionCall", name: "look", params: { at: 1 }, result: "nothing" }] },
      { type: "user", text: "and?" },
      { type: "model", response: [] },
    ]);
    expect(
      historyOf([{ role: "assistant", content: "", tool_calls: [{ id: "a", name: "x", arguments: "{" }] }]),
    ).toEqual([{ type: "model", response: [{ type: "functionCall", name: "x", params: "{", result: "" }] }]);
  });

  it("[LL-4] without the library the error says what to install; a file that is none is told", async () => {
    const gone = Object.assign(new Error("Cannot find package"), { code: "ERR_MODULE_NOT_FOUND" });
    const bare = llamaInference({ modelPath, load: () => Promise.reject(missing(gone)) });
    await expect(bare.infer(ASK)).rejects.toMatchObject({ code: "CAR_INFERENCE_NO_MODEL" });
    await expect(bare.infer(ASK)).rejects.toThrow("npm install node-llama-cpp");
    expect(missing("other")).toBe("other");
    const none = llamaInference({ modelPath: join(folder, "none.gguf") });
    await expect(none.infer(ASK)).rejects.toMatchObject({ code: "CAR_INFERENCE_FAILED", kind: "unavailable" });
  });

  it("[LL-5] the first call loads, calls run one after the other, closing frees, later calls reject", async () => {
    const { model, asked, seen } = scripted();
    expect([model.info.id, seen]).toEqual(["local/some-8b.Q4", []]);
    await Promise.all([model.infer(ASK), model.infer(ASK), model.close()]);
    expect([seen, asked.length]).toEqual([["load", "close"], 2]);
    await expect(model.infer(ASK)).rejects.toMatchObject({ kind: "unavailable" });
    await model.close();
    expect(seen).toHaveLength(2);
  });

  it("[LL-5] aborting ends an answer that is being generated", async () => {
    const controller = new AbortController();
    const load = async () => ({
      generate: async (_: readonly LlamaItem[], { signal }: GenerateOptions) => {
        controller.abort();
        signal?.throwIfAborted();
        return ANSWER;
      },
      close: async () => undefined,
    });
    const call = llamaInference({ modelPath, load }).infer(ASK, { signal: controller.signal });
    await expect(call).rejects.toMatchObject({ kind: "canceled" });
  });
});

describe("an option that nobody reads", () => {
  it("[LL-6] is refused", () => {
    const misspelt = { modelPath, contextsize: 512 };
    expect(() => llamaInference(misspelt)).toThrow(
      new ConfigInvalidError("`llamaInference` has no option `contextsize`; did you mean `contextSize`?"),
    );
  });
});
