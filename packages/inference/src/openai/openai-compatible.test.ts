import { CarError, type InferenceFailedError } from "@car/ir";
import type { InferenceChunk, InferenceProvider } from "@car/ir/ports";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { openAiFromEnv } from "../node/openai-from-env.js";
import { type FakeAnswer, type FakeHttp, fakeHttp, openAiServer } from "../testing/fake-http.js";
import { openAiCompatible } from "./openai-compatible.js";

const KEY = "sk-verysecretkey0123456789";
const REQUEST = { messages: [{ role: "user", content: "hi" }] } as const;

function provider(http: FakeHttp, kind: "chat" | "embeddings" = "chat"): InferenceProvider {
  return openAiCompatible({ url: "https://models.test/v1/", model: "m", kind, fetch: http.fetch, apiKey: () => KEY });
}

const saying = (answer: FakeAnswer): InferenceProvider => provider(fakeHttp(() => answer));

async function failureOf(asked: Promise<unknown> | undefined): Promise<InferenceFailedError> {
  const error: unknown = await asked?.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(CarError.isInstance(error) && error.code).toBe("CAR_INFERENCE_FAILED");
  return error as InferenceFailedError;
}

async function chunksOf(stream: AsyncIterable<InferenceChunk> | undefined): Promise<readonly InferenceChunk[]> {
  const chunks: InferenceChunk[] = [];
  for await (const chunk of stream ?? []) chunks.push(chunk);
  return chunks;
}

describe("openAiCompatible", () => {
  it("[IN-13] sends messages, tools, their calls and answers, settings and the wanted form", async () => {
    const http = openAiServer();
    await provider(http).infer?.({
      messages: [
        { role: "system", content: "s" },
        { role: "assistant", content: "", tool_calls: [{ id: "c", name: "look", arguments: { at: 1 } }] },
        { role: "tool", content: "seen", tool_call_id: "c", name: "look" },
      ],
      tools: [{ name: "look", description: "looks", parameters: { type: "object" } }],
      params: { temperature: 0, top_p: 0.5, max_tokens: 9, stop: ["X"], seed: 4 },
      response_format: { type: "object" },
      model: "ours",
      intent: { prefer_fast: true },
    });
    expect(http.sent[0]).toEqual({
      url: "https://models.test/v1/chat/completions",
      headers: { "content-type": "application/json", authorization: `Bearer ${KEY}` },
      body: {
        model: "m",
        messages: [
          { role: "system", content: "s" },
          {
            role: "assistant",
            content: "",
            tool_calls: [{ id: "c", type: "function", function: { name: "look", arguments: '{"at":1}' } }],
          },
          { role: "tool", content: "seen", tool_call_id: "c" },
        ],
        temperature: 0,
        top_p: 0.5,
        max_tokens: 9,
        stop: ["X"],
        seed: 4,
        tools: [{ type: "function", function: { name: "look", description: "looks", parameters: { type: "object" } } }],
        response_format: { type: "json_schema", json_schema: { name: "answer", schema: { type: "object" } } },
      },
    });
  });

  it("[IN-13] reads calls, in one piece and in pieces", async () => {
    const called = { id: "c", function: { name: "look", arguments: '{"at":1}' } };
    const choice = { message: { content: null, tool_calls: [called] }, finish_reason: "tool_calls" };
    const whole = saying({ pieces: [JSON.stringify({ choices: [choice] })] });
    const wanted = [{ id: "c", name: "look", arguments: { at: 1 } }];
    expect(await whole.infer?.(REQUEST)).toMatchObject({ text: "", tool_calls: wanted, finish_reason: "tool_calls" });

    const deltas = [
      { index: 0, ...called, function: { name: "look", arguments: '{"a' } },
      { index: 0, function: { arguments: 't":1}' } },
    ];
    const lines = deltas.map(
      (delta) => `data: ${JSON.stringify({ choices: [{ delta: { tool_calls: [delta] } }] })}\r\n\r\n`,
    );
    lines.push('data: {"choices":[{"delta":{},"finish_reason":"tool_calls"}]}');
    const chunks = await chunksOf(saying({ pieces: [...lines.join("")] }).stream?.(REQUEST));
    expect(chunks[0]).toEqual({ type: "tool_call", call: wanted[0] });
    expect(chunks[1]).toMatchObject({ type: "end", response: { tool_calls: wanted, finish_reason: "tool_calls" } });
  });

  it("[IN-13] puts vectors in the order of the texts and counts tokens", async () => {
    const answer = await provider(openAiServer(), "embeddings").embed?.({ texts: ["a", "bbb"] });
    expect(answer?.embeddings.map(([first]) => first)).toEqual([1, 3]);
    expect(answer).toMatchObject({ dim: 3, model: "openai-compatible/m", usage: { input_tokens: 2 } });
  });

  it.each([
    [401, "bad key", {}, "account", "terminal"],
    [404, "no such model", {}, "account", "terminal"],
    [429, "slow down", { "retry-after": "2" }, "rate_limited", "transient"],
    [429, '{"error":{"code":"insufficient_quota"}}', {}, "account", "terminal"],
    [500, "oops", {}, "unavailable", "transient"],
    [504, "", {}, "timeout", "timeout"],
    [400, "context too long", {}, "invalid_request", "invalid"],
    [400, '{"error":{"code":"content_filter"}}', {}, "refused", "denied"],
  ])("[IN-10] HTTP %i %s %j is %s", async (...[status, text, headers, kind, errorClass]) => {
    const error = await failureOf(saying({ status, pieces: [text], headers }).infer?.(REQUEST));
    expect(error).toMatchObject({ kind, class: errorClass, model: "openai-compatible/m" });
    expect(error.retryAfterMs).toBe("retry-after" in headers ? 2_000 : undefined);
  });

  it("[IN-10] no connection is unavailable, and says why", async () => {
    const http = fakeHttp(() => {
      throw new TypeError("fetch failed", { cause: new Error("connect ECONNREFUSED") });
    });
    const error = await failureOf(provider(http).infer?.(REQUEST));
    expect(error).toMatchObject({ kind: "unavailable" });
    expect(error.cause).toBeUndefined();
    expect(error.message).toContain("ECONNREFUSED");
  });

  it("[IN-10] a refusal in the answer is said as `content_filter`", async () => {
    const message = { content: null, refusal: "I cannot help with that." };
    const answer = await saying({
      pieces: [JSON.stringify({ choices: [{ message, finish_reason: "stop" }] })],
    }).infer?.(REQUEST);
    expect(answer).toMatchObject({ text: "I cannot help with that.", finish_reason: "content_filter" });
  });

  it("[IN-11] the key is in no error, however the server repeats it, and in nothing that can be printed", async () => {
    const echo = saying({ status: 401, pieces: [`you sent Bearer ${KEY} and ${KEY}`] });
    const broken = provider(
      fakeHttp(() => {
        throw new Error(`headers: authorization: Bearer ${KEY}`);
      }),
    );
    for (const each of [echo, broken]) {
      const error = await failureOf(each.infer?.(REQUEST));
      expect(
        inspect(error, { depth: 9, showHidden: true }) + JSON.stringify(error) + inspect(each, { depth: 9 }),
      ).not.toContain(KEY);
      expect(error.message).toContain("[key]");
    }
  });

  it("[IN-11] also an error inside an answer that says 200 repeats no key, without the space around it", async () => {
    const key = "correct horse battery";
    for (const body of [
      { error: { message: `bad key ${key}.` } },
      `data: {"error":{"message":"bad key ${key}."}}\n\n`,
    ]) {
      const { fetch } = fakeHttp(() => ({ pieces: [typeof body === "string" ? body : JSON.stringify(body)] }));
      const model = openAiCompatible({ url: "https://models.test", model: "m", fetch, apiKey: () => `${key}\n` });
      const asked =
        typeof body === "string" ? model.stream?.(REQUEST)[Symbol.asyncIterator]().next() : model.infer?.(REQUEST);
      expect((await failureOf(asked)).message).toMatch(/bad key \[key\]\./);
    }
  });

  it("[IN-10] a key that cannot be had is a typed error", async () => {
    const apiKey = (): string => {
      throw new Error("the vault is closed");
    };
    const { fetch } = fakeHttp(() => ({}));
    const model = openAiCompatible({ url: "https://models.test", model: "m", fetch, apiKey });
    expect(await failureOf(model.infer?.(REQUEST))).toMatchObject({ kind: "unavailable" });
  });

  it.each([
    ["text in place of a message", '{"choices":[{"text":"Hi","finish_reason":"stop"}]}'],
    ["content that is an object", '{"choices":[{"message":{"content":{"text":"Hi"}}}]}'],
    ["calls that are no list", '{"choices":[{"message":{"content":"Hi","tool_calls":{"id":"a"}}}]}'],
    ["prose", "I am sorry"],
    ["half a JSON", '{"choices": [{"mess'],
    ["no choices", "{}"],
    ["text that is no text", '{"choices":[{"message":{"content":5,"tool_calls":[{"id":1}]}}]}'],
    ["5 MB of text", JSON.stringify({ choices: [{ message: { content: "x".repeat(5_000_000) } }] })],
  ])("[IN-12] %s is a bad answer", async (_what, body) => {
    expect(await failureOf(saying({ pieces: [body] }).infer?.(REQUEST))).toMatchObject({ kind: "bad_answer" });
  });

  it("[IN-12] an endless body is not read to its end", async () => {
    function* endless(): Generator<string> {
      for (;;) yield "x".repeat(1_000_000);
    }
    for (const status of [200, 500]) {
      const http = fakeHttp(() => ({ status, pieces: endless() }));
      await failureOf(provider(http).infer?.(REQUEST));
      expect(http.pulled).toBeLessThan(20);
      expect(http.canceled).toBe(true);
    }
    const line = fakeHttp(() => ({ pieces: endless() }));
    await failureOf(chunksOf(provider(line).stream?.(REQUEST)));
    expect(line.pulled).toBeLessThan(4);
  });

  it("[IN-5] a stream reads what is wanted and no more; leaving ends the transfer", async () => {
    const http = openAiServer("one two three four five six seven");
    const stream = provider(http).stream!(REQUEST)[Symbol.asyncIterator]();
    expect(http.sent).toHaveLength(0);
    await stream.next();
    await stream.next();
    expect(http.pulled).toBe(2);
    await stream.return?.();
    expect(http).toMatchObject({ pulled: 2, canceled: true });
  });

  it("[IN-5] the signal ends a stream that says nothing more", async () => {
    const controller = new AbortController();
    const body = new ReadableStream<Uint8Array>(
      { pull: () => new Promise<void>(() => undefined) },
      { highWaterMark: 0 },
    );
    const each = openAiCompatible({
      url: "https://models.test",
      model: "m",
      fetch: async () => ({ ok: true, status: 200, headers: { get: () => null }, body }),
    });
    const next = each.stream!(REQUEST, { signal: controller.signal })[Symbol.asyncIterator]().next();
    setTimeout(() => controller.abort(), 5);
    expect(await failureOf(next)).toMatchObject({ kind: "canceled" });
  });

  it("[IN-13] an emoji cut in two by the transfer arrives whole", async () => {
    const bytes = new TextEncoder().encode(
      `data: ${JSON.stringify({ choices: [{ delta: { content: "ok 🎉" }, finish_reason: "stop" }] })}\n\n`,
    );
    const pieces = [bytes.slice(0, 45), bytes.slice(45)];
    const chunks = await chunksOf(saying({ pieces }).stream?.(REQUEST));
    expect(chunks[0]).toEqual({ type: "text", text: "ok 🎉" });
  });
});

describe("openAiFromEnv", () => {
  it("[IN-13] takes address and key from the environment, the key anew for each call", () => {
    const env: Record<string, string | undefined> = { MY_KEY: "one", OPENAI_BASE_URL: "http://127.0.0.1:1" };
    const made = openAiFromEnv({ model: "gpt", keyVariable: "MY_KEY", env });
    expect(made.info).toEqual({ id: "openai-compatible/gpt", capabilities: ["infer", "stream", "tools", "json"] });
    expect(JSON.stringify(made)).not.toContain("one");
    expect(() => openAiFromEnv({ model: "gpt", env: {} })).toThrow("the environment has no `OPENAI_API_KEY`");
  });

  it("[IN-10] a server that is not there is unavailable", async () => {
    const made = openAiFromEnv({ model: "m", url: "http://127.0.0.1:1", needsKey: false, env: {} });
    expect(await failureOf(made.infer?.(REQUEST))).toMatchObject({ kind: "unavailable" });
  });
});
