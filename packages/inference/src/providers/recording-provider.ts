import type { CarError, InferenceFailedError, JsonValue } from "@car/ir";
import type { InferenceCall, InferenceChunk, InferenceProvider } from "@car/ir/ports";
import { failureOf } from "../failure/failure-of.js";
import { plainJson, type RecordedCall, type RecordedMethod, type Recording } from "./recording.js";

/** A provider that remembers what it was asked and what it said. Requests and answers are kept whole: they may be confidential. */
export interface RecordingProvider extends InferenceProvider {
  /** What was recorded so far. */
  recording(): Recording;
}

/** Wraps a provider. Canceled calls and streams that were left early are not recorded: they have no answer. */
export function recordingProvider(inner: InferenceProvider): RecordingProvider {
  const calls: RecordedCall[] = [];
  const { id, capabilities } = inner.info;
  const tape = new Tape(id, calls);
  return {
    info: inner.info,
    recording: () => ({ format_version: 1, model: id, capabilities, calls: [...calls] }),
    ...(inner.infer && {
      infer: (request, call) => tape.keep("infer", request, { call, ask: () => inner.infer!(request, call) }),
    }),
    ...(inner.embed && {
      embed: (request, call) => tape.keep("embed", request, { call, ask: () => inner.embed!(request, call) }),
    }),
    ...(inner.classify && {
      classify: (request, call) => tape.keep("classify", request, { call, ask: () => inner.classify!(request, call) }),
    }),
    ...(inner.stream && {
      stream: (request, call) => tape.keepChunks(request, { call, ask: () => inner.stream!(request, call) }),
    }),
  };
}

interface Asked<T> {
  readonly call: InferenceCall | undefined;
  readonly ask: () => T;
}

class Tape {
  private readonly model: string;
  private readonly calls: RecordedCall[];

  constructor(model: string, calls: RecordedCall[]) {
    this.model = model;
    this.calls = calls;
  }

  async keep<T>(method: RecordedMethod, request: object, { call, ask }: Asked<Promise<T>>): Promise<T> {
    const asked = plainJson(request);
    try {
      const answer = await ask();
      this.calls.push({ method, request: asked, answer: plainJson(answer) });
      return answer;
    } catch (error) {
      throw this.keepFailure(method, asked, failureOf(error, { model: this.model, call }));
    }
  }

  async *keepChunks(request: object, asked: Asked<AsyncIterable<InferenceChunk>>): AsyncGenerator<InferenceChunk> {
    const plain = plainJson(request);
    const chunks: InferenceChunk[] = [];
    try {
      for await (const chunk of asked.ask()) {
        chunks.push(chunk);
        yield chunk;
      }
      this.calls.push({ method: "stream", request: plain, answer: plainJson(chunks) });
    } catch (error) {
      throw this.keepFailure("stream", plain, failureOf(error, { model: this.model, call: asked.call }));
    }
  }

  private keepFailure(method: RecordedMethod, request: JsonValue, error: CarError): CarError {
    if (error.code !== "CAR_INFERENCE_FAILED") return error;
    const { kind, message, retryAfterMs } = error as InferenceFailedError;
    if (kind === "canceled") return error;
    const wait = retryAfterMs === undefined ? {} : { retry_after_ms: retryAfterMs };
    this.calls.push({ method, request, failure: { kind, message, ...wait } });
    return error;
  }
}
