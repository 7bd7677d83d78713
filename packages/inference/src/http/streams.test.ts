import type { InferenceFailedError } from "@car/ir";
import type { InferenceChunk, InferenceProvider } from "@car/ir/ports";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anthropicModel } from "../anthropic/anthropic-model.js";
import { openAiCompatible } from "../openai/openai-compatible.js";
import { createRouter } from "../router/create-router.js";
import { fakeHttp } from "../testing/fake-http.js";
import type { RecordedStream } from "../testing/stream-parts.js";
import { STREAMS } from "../testing/streams.js";

const TOOLS = ["look", "read_file", "ping"].map((name) => ({ name, description: "", parameters: { type: "object" } }));
const REQUEST = { messages: [{ role: "user" as const, content: "hi" }], tools: TOOLS };

function modelOf(api: RecordedStream["api"], pieces: Iterable<string | Uint8Array>): InferenceProvider {
  const { fetch } = fakeHttp(() => ({ pieces }));
  return api === "openai"
    ? openAiCompatible({ url: "https://models.test", model: "m", fetch })
    : anthropicModel({ model: "m", fetch });
}

async function chunksOf(model: InferenceProvider): Promise<readonly InferenceChunk[]> {
  const chunks: InferenceChunk[] = [];
  for await (const chunk of model.stream!(REQUEST)) chunks.push(chunk);
  return chunks;
}

async function failureOf(model: InferenceProvider): Promise<InferenceFailedError> {
  return chunksOf(model).then(
    (chunks) => expect.fail(JSON.stringify(chunks.at(-1))),
    (error: unknown) => error as InferenceFailedError,
  );
}

/** The body in pieces of bytes that end anywhere, in the middle of a character too. */
function* cutAt(body: string, places: readonly number[]): Generator<Uint8Array> {
  const bytes = new TextEncoder().encode(body);
  const ends = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((left, right) => left - right);
  let start = 0;
  for (const end of [...ends, bytes.length]) {
    yield bytes.subarray(start, end);
    start = end;
  }
}

describe.each(STREAMS.map((stream) => [stream.of, stream] as const))(
  "%s",
  (_of, { api, body, text, tool_calls, usage }) => {
    const whole = (chunks: readonly InferenceChunk[]): void => {
      const response = {
        text,
        ...(tool_calls === undefined ? {} : { tool_calls }),
        ...(usage === undefined ? {} : { usage }),
      };
      expect(chunks.at(-1)).toMatchObject({ type: "end", response });
      expect(chunks.map((chunk) => (chunk.type === "text" ? chunk.text : "")).join("")).toBe(text);
      expect(chunks.flatMap((chunk) => (chunk.type === "tool_call" ? [chunk.call] : []))).toEqual(tool_calls ?? []);
    };

    it("[IN-50] is read, wherever the transfer cuts it", async () => {
      whole(await chunksOf(modelOf(api, [body])));
      const bytes = [...new TextEncoder().encode(body)].map((byte) => Uint8Array.of(byte));
      whole(await chunksOf(modelOf(api, bytes)));
      const law = fc.asyncProperty(fc.array(fc.nat(), { maxLength: 30 }), async (places) => {
        whole(await chunksOf(modelOf(api, cutAt(body, places))));
      });
      await fc.assert(law, { numRuns: 40 });
    });

    it("[IN-51] is an answer as a whole or an error: cut anywhere, no call of it comes", async () => {
      const law = fc.asyncProperty(fc.nat(), async (place) => {
        const bytes = new TextEncoder().encode(body);
        const model = modelOf(api, [bytes.subarray(0, place % bytes.length)]);
        const seen: InferenceChunk[] = [];
        try {
          for await (const chunk of model.stream!(REQUEST)) seen.push(chunk);
          // The cut has taken nothing that the answer needs.
          expect(seen.at(-1)).toMatchObject({
            type: "end",
            response: { text, ...(tool_calls === undefined ? {} : { tool_calls }) },
          });
        } catch (error) {
          expect(error).toMatchObject({ code: "CAR_INFERENCE_FAILED", kind: "bad_answer" });
          expect(seen.filter(({ type }) => type !== "text")).toEqual([]);
        }
      });
      await fc.assert(law, { numRuns: 60 });
    });
  },
);

const sse = (...values: readonly unknown[]): string =>
  values.map((value) => `data: ${typeof value === "string" ? value : JSON.stringify(value)}\n\n`).join("");
const delta = (said: object, more: object = {}): object => ({ choices: [{ delta: said, ...more }] });
const piece = (id: string | undefined, name: string, input: string): object =>
  delta({ tool_calls: [{ index: 0, ...(id === undefined ? {} : { id }), function: { name, arguments: input } }] });
const STOP = delta({}, { finish_reason: "tool_calls" });

describe("a stream that is not whole", () => {
  it.each([
    ["text alone", sse(delta({ content: "Transfer 1" })), /broke off/],
    ["a call without its arguments", sse(piece("a", "look", "")), /broke off/],
    ["half a line", `${sse(delta({ content: "Hi" }))}data: {"choices":[{"del`, /not the JSON/],
    ["nothing", "", /not the JSON|broke off/],
    ["[DONE] and no reason", sse(piece("a", "look", "{}"), "[DONE]"), /broke off/],
    ["an event that is no JSON", sse("hello"), /not the JSON/],
    [
      "a call without a name",
      sse(delta({ tool_calls: [{ index: 0, id: "a", function: { arguments: "{}" } }] }), STOP),
      /has no name/,
    ],
    [
      "another call without a name, under the same index",
      sse(
        piece("a", "look", "{}"),
        delta({ tool_calls: [{ index: 0, id: "b", function: { arguments: "{}" } }] }),
        STOP,
      ),
      /has no name/,
    ],
    [
      "a part that is no text",
      sse(delta({ content: [{ type: "image_url", image_url: {} }] }), STOP),
      /`image_url`, which is no text/,
    ],
    [
      "digits that would be lost",
      sse(piece("a", "look", '{"at":9007199254740993}'), STOP),
      /`look`: the integer 9007199254740993 .* at character 7 of 23/,
    ],
    [
      "two calls alike that may be one",
      sse(piece(undefined, "look", "{}"), piece(undefined, "look", "{}"), STOP),
      /twice with the same arguments/,
    ],
  ])("[IN-51] %s: the stream ends with an error", async (_what, body, message) => {
    expect(await failureOf(modelOf("openai", [body]))).toMatchObject({
      kind: "bad_answer",
      message: expect.stringMatching(message) as string,
    });
  });

  it.each([
    ["length", "incomplete"],
    ["content_filter", "refused"],
    ["error", "unavailable"],
    ["network_hiccup", "bad_answer"],
  ])("[IN-51] one that ends with `%s` is an error of kind `%s`, and gives no call", async (finish_reason, kind) => {
    const body = sse(delta({ content: "a" }), piece("a", "look", "{}"), delta({}, { finish_reason }));
    expect(await failureOf(modelOf("openai", [body]))).toMatchObject({ kind });
    const router = createRouter({
      providers: [modelOf("openai", [body])],
      clock: { now: () => 0, setTimer: () => ({ cancel: () => undefined }) },
    });
    const seen: string[] = [];
    const reading = (async () => {
      for await (const chunk of router.stream(REQUEST)) seen.push(chunk.type);
    })();
    await expect(reading).rejects.toMatchObject({ kind });
    expect(seen).toEqual(["text"]);
  });

  it("[IN-51] an integer in arguments that are an object keeps its digits, as text", async () => {
    const look = `"name":"look","arguments":{"id":9007199254740993,"n":7}`;
    const said = `"tool_calls":[{"id":"a","function":{${look}}}]}}]}`;
    const bodies = [
      ["openai", `{"choices":[{"message":{${said}`],
      ["openai", `data: {"choices":[{"finish_reason":"stop","delta":{${said}\n\n`],
      ["anthropic", `{"content":[{"type":"tool_use","id":"a","name":"look","input":{"id":9007199254740993,"n":7}}]}`],
    ] as const;
    for (const [api, body] of bodies) {
      const model = modelOf(api, [body]);
      const answer = body.startsWith("data") ? (await chunksOf(model)).at(-1) : await model.infer!(REQUEST);
      expect(JSON.stringify(answer)).toContain('"arguments":{"id":"9007199254740993","n":7}');
    }
  });

  it.each([false, "", {}, null])("[IN-52] an answer with the error %j has none", async (error) => {
    const said = { choices: [{ message: { content: "Hi" }, finish_reason: "stop", error }], error };
    expect(await modelOf("openai", [JSON.stringify(said)]).infer!(REQUEST)).toMatchObject({ text: "Hi" });
  });

  it("[IN-12] what is no message of Anthropic's is a bad answer", async () => {
    await expect(modelOf("anthropic", ["{}"]).infer!(REQUEST)).rejects.toMatchObject({ kind: "bad_answer" });
  });

  it("[IN-51] another provider's calls are held back by the router until it has said that all is there", async () => {
    const call = { id: "a", name: "look", arguments: {} };
    const response = { text: "", tool_calls: [call], usage: { input_tokens: 0, output_tokens: 0 }, model: "m" };
    const providerOf = (finish_reason: string): InferenceProvider => ({
      info: { id: "foreign", capabilities: ["stream", "tools"] },
      async *stream() {
        yield { type: "tool_call", call };
        yield { type: "end", response: { ...response, finish_reason } };
      },
    });
    const seen = async (finish: string): Promise<string> => {
      const clock = { now: () => 0, setTimer: () => ({ cancel: () => undefined }) };
      const types: string[] = [];
      try {
        for await (const { type } of createRouter({ providers: [providerOf(finish)], clock }).stream(REQUEST))
          types.push(type);
      } catch (error) {
        types.push((error as InferenceFailedError).kind);
      }
      return types.join();
    };
    expect([await seen("tool_calls"), await seen("length"), await seen("")]).toEqual([
      "tool_call,end",
      "incomplete",
      "bad_answer",
    ]);
  });

  it.each([
    [
      "its message",
      sse({ error: { message: "context window exceeded", code: 400 } }),
      "invalid_request",
      /context window exceeded/,
    ],
    [
      "a limit",
      sse(delta({ content: "a" }), { error: { message: "slow down", code: 429 } }),
      "rate_limited",
      /slow down/,
    ],
    [
      "one of its choices",
      sse({ choices: [{ finish_reason: "error", error: { code: 502, message: "provider returned error" } }] }),
      "unavailable",
      /provider returned error/,
    ],
    [
      "Anthropic's",
      'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}\n\n',
      "unavailable",
      /Overloaded/,
    ],
    ["one in place of a stream", JSON.stringify({ error: "the model crashed" }), "unavailable", /the model crashed/],
  ])("[IN-52] an error inside a 200 is told: %s", async (_what, body, kind, message) => {
    for (const api of ["openai", "anthropic"] as const) {
      expect(await failureOf(modelOf(api, [body]))).toMatchObject({
        kind,
        message: expect.stringMatching(message) as string,
      });
    }
  });
});
