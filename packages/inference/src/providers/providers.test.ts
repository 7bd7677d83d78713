import { InferenceFailedError } from "@car/ir";
import type { InferenceChunk } from "@car/ir/ports";
import { describe, expect, it } from "vitest";
import { recordingProvider } from "./recording-provider.js";
import { type Recording } from "./recording.js";
import { replayingProvider } from "./replaying-provider.js";
import { scriptedProvider } from "./scripted-provider.js";

const HI = { messages: [{ role: "user", content: "hi" }] } as const;
const BYE = { messages: [{ role: "user", content: "bye" }] } as const;

async function chunksOf(stream: AsyncIterable<InferenceChunk>): Promise<readonly InferenceChunk[]> {
  const chunks: InferenceChunk[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return chunks;
}

describe("scriptedProvider", () => {
  it("[IN-15] gives its replies in order and keeps what it was asked", async () => {
    const model = scriptedProvider({
      replies: ["one", { tool_calls: [{ id: "c", name: "t", arguments: {} }] }, () => "three"],
    });
    expect(await model.infer?.(HI)).toMatchObject({ text: "one", finish_reason: "stop", model: "scripted" });
    expect(await model.infer?.(HI)).toMatchObject({ text: "", finish_reason: "tool_calls" });
    expect((await chunksOf(model.stream!(BYE))).at(-1)).toMatchObject({ response: { text: "three" } });
    expect(model.requests).toEqual([HI, HI, BYE]);
    await expect(model.infer?.(HI)).rejects.toMatchObject({ code: "CAR_INFERENCE_NOT_RECORDED" });
  });

  it("[IN-12] is held to the bounds of every provider", async () => {
    const model = scriptedProvider({ replies: ["x".repeat(5_000_000)], embed: () => [NaN] });
    await expect(model.infer?.(HI)).rejects.toMatchObject({ kind: "bad_answer" });
    await expect(model.embed?.({ texts: ["a"] })).rejects.toMatchObject({ kind: "bad_answer" });
  });
});

describe("recordingProvider, replayingProvider", () => {
  async function recorded(): Promise<Recording> {
    const failing = (): string => {
      throw new InferenceFailedError("slow down", { kind: "rate_limited", retryAfterMs: 5 });
    };
    const live = recordingProvider(
      scriptedProvider({
        replies: ["one", "two", failing, "a b"],
        embed: (text) => [text.length, 0.1],
        classify: () => 0.5,
      }),
    );
    await live.infer?.(HI);
    await live.infer?.(HI);
    await live.infer?.(BYE).catch(() => undefined);
    await chunksOf(live.stream!(HI));
    await live.embed?.({ texts: ["abc"] });
    await live.classify?.({ text: "t", labels: ["x", "y"] });
    return JSON.parse(JSON.stringify(live.recording())) as Recording;
  }

  it("[IN-16] what was recorded is given again, in order, failures included", async () => {
    const replay = replayingProvider(await recorded());
    expect((await replay.infer?.({ ...HI, params: undefined } as never))?.text).toBe("one");
    expect((await replay.infer?.(HI))?.text).toBe("two");
    await expect(replay.infer?.(BYE)).rejects.toMatchObject({
      kind: "rate_limited",
      message: "slow down",
      retryAfterMs: 5,
    });
    expect(await chunksOf(replay.stream!(HI))).toHaveLength(3);
    const { embeddings } = await replay.embed!({ texts: ["abc"] });
    expect(embeddings[0]).toEqual(Float32Array.of(3, 0.1));
    expect((await replay.classify!({ text: "t", labels: ["x", "y"] })).scores[1]).toEqual({ label: "y", score: 0.5 });
  });

  it("[IN-16] anything else fails and asks nobody", async () => {
    const replay = replayingProvider(await recorded());
    for (let count = 0; count < 2; count++) await replay.infer?.(HI);
    const notRecorded = { code: "CAR_INFERENCE_NOT_RECORDED" };
    await expect(replay.infer?.(HI)).rejects.toMatchObject(notRecorded);
    await expect(replay.infer?.({ ...BYE, params: { seed: 1 } })).rejects.toMatchObject(notRecorded);
    await expect(replay.embed?.({ texts: ["other"] })).rejects.toMatchObject(notRecorded);
    await expect(chunksOf(replay.stream!(BYE))).rejects.toMatchObject(notRecorded);
    expect(() => replayingProvider({} as Recording)).toThrow("this is no recording");
  });

  it("[IN-16] canceled calls and streams left early are not recorded", async () => {
    const live = recordingProvider(scriptedProvider({ replies: ["a b c"] }));
    await live.infer?.(HI, { signal: AbortSignal.abort() }).catch(() => undefined);
    for await (const _chunk of live.stream!(HI)) break;
    expect(live.recording().calls).toEqual([]);
  });
});
