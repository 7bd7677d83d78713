import type { HttpAnswer, HttpFetch } from "../http/http.js";

/** One request that was sent. */
export interface Sent {
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: Record<string, unknown>;
}

/** What a fake server says: status, pieces of the body (text or bytes), headers. */
export interface FakeAnswer {
  readonly status?: number;
  readonly pieces?: Iterable<string | Uint8Array>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A `fetch` that keeps what was sent and counts the pieces that were read. */
export interface FakeHttp {
  readonly fetch: HttpFetch;
  readonly sent: Sent[];
  pulled: number;
  canceled: boolean;
}

export function fakeHttp(answer: (sent: Sent) => FakeAnswer | Promise<FakeAnswer>): FakeHttp {
  const http: FakeHttp = {
    sent: [],
    pulled: 0,
    canceled: false,
    fetch: async (url, init) => {
      const sent = { url, headers: init.headers, body: JSON.parse(init.body) as Record<string, unknown> };
      http.sent.push(sent);
      return answerOf(http, await answer(sent));
    },
  };
  return http;
}

function answerOf(http: FakeHttp, { status = 200, pieces = [], headers = {} }: FakeAnswer): HttpAnswer {
  const iterator = pieces[Symbol.iterator]();
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const { done, value } = iterator.next();
        if (done === true) return controller.close();
        http.pulled++;
        controller.enqueue(typeof value === "string" ? encoder.encode(value) : value);
      },
      cancel() {
        http.canceled = true;
      },
    },
    { highWaterMark: 0 },
  );
  return { ok: status >= 200 && status < 300, status, headers: { get: (name) => headers[name] ?? null }, body };
}

/** A server that answers like OpenAI's. */
export function openAiServer(text = "Hello, world!"): FakeHttp {
  return fakeHttp(({ url, body }) => {
    if (url.endsWith("/embeddings")) return { pieces: [JSON.stringify(embeddingsOf(body["input"] as string[]))] };
    if (body["stream"] === true) return { pieces: streamOf(text) };
    const message = { role: "assistant", content: text };
    const usage = { prompt_tokens: 7, completion_tokens: 3 };
    return { pieces: [JSON.stringify({ choices: [{ message, finish_reason: "stop" }], usage })] };
  });
}

/** A server that answers like Anthropic's. */
export function anthropicServer(text = "Hello, world!"): FakeHttp {
  return fakeHttp(({ body }) => {
    const usage = { input_tokens: 7, output_tokens: 3 };
    if (body["stream"] !== true) {
      return { pieces: [JSON.stringify({ content: [{ type: "text", text }], stop_reason: "end_turn", usage })] };
    }
    const deltas = (text.match(/[\s\S]{1,2}/g) ?? []).map((part) => {
      return { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: part } };
    });
    const end = { type: "message_delta", delta: { stop_reason: "end_turn" }, usage };
    return { pieces: [...deltas, end].map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`) };
  });
}

function embeddingsOf(texts: readonly string[]): object {
  // Out of order, as the API allows.
  const data = texts.map((text, index) => ({ index, embedding: [text.length, 1, 0.5] })).reverse();
  return { data, usage: { prompt_tokens: texts.length } };
}

/** The text as events of a stream, two characters in each. */
function* streamOf(text: string): Generator<string> {
  for (const delta of text.match(/[\s\S]{1,2}/g) ?? []) {
    yield `data: ${JSON.stringify({ choices: [{ delta: { content: delta } }] })}\n\n`;
  }
  yield `data: ${JSON.stringify({ choices: [{ delta: {}, finish_reason: "stop" }] })}\n\n`;
  yield `data: ${JSON.stringify({ choices: [], usage: { prompt_tokens: 7, completion_tokens: 3 } })}\n\ndata: [DONE]\n\n`;
}
