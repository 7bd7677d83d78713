import { ConfigInvalidError } from "@car/ir";
import type { InferenceCall, InferenceChunk, InferenceProvider, InferenceRequest } from "@car/ir/ports";
import { assertWhole, lastChunks } from "../answer/answer-builder.js";
import { checkResponse } from "../answer/check-response.js";
import { chunksOf } from "../answer/chunks-of.js";
import { badAnswer, throwIfCanceled } from "../failure/failure-of.js";
import { noteFailure, openCall, overModels, type Way } from "./ask.js";
import type { Candidate } from "./candidates.js";
import { checkInferRequest, needOf } from "./check-request.js";
import type { BoundedCall } from "./with-deadline.js";

interface Opened {
  readonly candidate: Candidate;
  readonly bounded: BoundedCall;
  readonly chunks: AsyncGenerator<InferenceChunk, void, undefined>;
  readonly first: InferenceChunk;
  readonly startMs: number;
}

/**
 * A stream of the best model. Until its first chunk the next model may take over; afterwards a failure is the stream's
 * end, because what was said cannot be taken back.
 */
export async function* streamed(
  way: Way,
  request: InferenceRequest,
  call: InferenceCall | undefined,
): AsyncGenerator<InferenceChunk, void, undefined> {
  checkInferRequest(request);
  const opened = await overModels(way, { need: needOf("stream", request), call }, (candidate) =>
    open(way, { candidate, request, call }),
  );
  const { candidate, bounded, chunks } = opened;
  try {
    for (let chunk: InferenceChunk | undefined = opened.first; chunk !== undefined;) {
      if (chunk.type === "end") return yield* ended(way, opened, chunk);
      // Calls count once the whole answer is there.
      if (chunk.type === "text") yield chunk;
      chunk = await nextOf(chunks, bounded, call);
    }
    throw badAnswer(candidate.provider.info.id, "the stream has no end");
  } catch (thrown) {
    throw noteFailure(way, candidate, { thrown, call });
  } finally {
    bounded.end();
    // Not awaited: a stream that hangs would keep whoever leaves it.
    void chunks.return().then(undefined, () => undefined);
  }
}

function* ended(
  way: Way,
  { candidate, startMs }: Opened,
  chunk: InferenceChunk & { type: "end" },
): Generator<InferenceChunk, void, undefined> {
  const { id } = candidate.provider.info;
  assertWhole(chunk.response.finish_reason, id);
  const response = { ...checkResponse(chunk.response, id), model: id };
  candidate.record.succeeded(response.usage, { startMs, nowMs: way.options.clock.now() });
  yield* lastChunks(response);
}

interface Opening {
  readonly candidate: Candidate;
  readonly request: InferenceRequest;
  readonly call: InferenceCall | undefined;
}

async function open(way: Way, { candidate, request, call }: Opening): Promise<Opened> {
  const startMs = way.options.clock.now();
  const bounded = openCall(way, candidate, call);
  const chunks = chunksFrom(candidate.provider, request, bounded.call);
  try {
    const first = await bounded.settle(chunks.next());
    if (first.done === true) throw badAnswer(candidate.provider.info.id, "the stream is empty");
    bounded.stopTime();
    return { candidate, bounded, chunks, first: first.value, startMs };
  } catch (error) {
    bounded.end();
    void chunks.return().then(undefined, () => undefined);
    throw error;
  }
}

/** A model without streams answers in one piece. */
async function* chunksFrom(
  provider: InferenceProvider,
  request: InferenceRequest,
  call: InferenceCall,
): AsyncGenerator<InferenceChunk, void, undefined> {
  if (provider.stream !== undefined) {
    yield* provider.stream(request, call);
    return;
  }
  if (provider.infer === undefined) throw new ConfigInvalidError(`model \`${provider.info.id}\` cannot \`infer\``);
  yield* chunksOf(checkResponse(await provider.infer(request, call), provider.info.id));
}

async function nextOf(
  chunks: AsyncGenerator<InferenceChunk, void, undefined>,
  bounded: BoundedCall,
  call: InferenceCall | undefined,
): Promise<InferenceChunk | undefined> {
  throwIfCanceled("stream", call);
  const next = await bounded.settle(chunks.next());
  return next.done === true ? undefined : next.value;
}
