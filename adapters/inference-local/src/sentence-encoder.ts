import { InferenceFailedError } from "@car/ir";
import { setImmediate } from "node:timers/promises";
import { type LoadedModel, loadModel, type LoadModel } from "./load-model.js";

/** Name, version and vector length of the model. */
export const MODEL = { id: "local/universal-sentence-encoder-lite", dim: 512 } as const;

/** Texts embedded in one go; the thread is free for others between two goes. */
const BATCH = 16;
/** A longer text is embedded by its beginning: the model's time grows with the square of the length. */
const READ_CHARS = 2_000;

/** Embeds texts on the calling thread. The model is loaded with the first ones and shared. */
export interface SentenceEncoder {
  embed(texts: readonly string[], signal?: AbortSignal): Promise<readonly Float32Array[]>;
  /** Frees the model when the calls before are done; calls after it reject. */
  close(): Promise<void>;
}

export function sentenceEncoder(load: LoadModel = loadModel): SentenceEncoder {
  let loading: Promise<LoadedModel> | undefined;
  let last: Promise<unknown> = Promise.resolve();
  let closed = false;
  const run = async (texts: readonly string[], signal: AbortSignal | undefined): Promise<readonly Float32Array[]> => {
    throwIfAborted(signal);
    if (texts.length === 0) return [];
    // A failed load is tried again: the package may have been installed meanwhile.
    loading ??= load();
    const model = await loading.catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
    const vectors: Float32Array[] = [];
    for (let from = 0; from < texts.length; from += BATCH) {
      throwIfAborted(signal);
      const batch = texts.slice(from, from + BATCH).map((text) => text.slice(0, READ_CHARS));
      for (const vector of await model.embed(batch)) vectors.push(Float32Array.from(vector));
      await setImmediate();
    }
    throwIfAborted(signal);
    return vectors;
  };
  return {
    // One after the other: the library shares buffers between calls, and two at once gain nothing on one thread.
    embed(texts, signal) {
      if (closed) return Promise.reject(new Error("it is closed"));
      const mine = last.then(() => run(texts, signal));
      last = mine.catch(() => undefined);
      return mine;
    },
    async close() {
      closed = true;
      await last;
      const model = await loading?.catch(() => undefined);
      loading = undefined;
      model?.dispose?.();
    },
  };
}

function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true)
    throw new InferenceFailedError("the call was canceled", { kind: "canceled", model: MODEL.id });
}
