import fc from "fast-check";
import type { Embedder } from "@car/ir/ports";
import { describe, expect, it } from "vitest";
import { createDenseIndex } from "../dense/dense-index.js";
import { createAdjacency } from "../graph/adjacency.js";
import { createSpreader } from "../graph/activation.js";
import { createLexicalIndex } from "../index/lexical-index.js";
import { testMemgine, WIDE } from "../testing/memory-for-tests.js";
import { createVocabulary } from "../text/vocabulary.js";

const seeded = (seed: number) => (): number => {
  seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
  return seed / 0x7fffffff;
};
const vectorOf = (random: () => number, dim: number): Float32Array =>
  Float32Array.from({ length: dim }, () => random() - 0.5);

describe("search", () => {
  it("[MG-30] finds inflected words, and numbers in any spelling", () => {
    const { memory } = testMemgine();
    memory.remember({ id: "a", value: "The runners were running through the parks for 10,000 crowns" });
    memory.remember({ id: "b", value: "A quiet evening" });
    expect(memory.search("run park")[0]?.id).toBe("a");
    expect(memory.search("10000")[0]?.id).toBe("a");
    expect(memory.search("")).toEqual([]);
  });

  it("[MG-30] documents added and removed in any order are found as if only those left had been added", () => {
    const terms = fc.array(fc.nat(6), { minLength: 1, maxLength: 5 });
    const steps = fc.array(fc.tuple(fc.nat(8), terms), { maxLength: 40 });
    const law = fc.property(steps, terms, (changes, query) => {
      const index = createLexicalIndex();
      const held = new Map<number, readonly number[]>();
      for (const [document, words] of changes) {
        const before = held.get(document);
        if (before === undefined) {
          index.add(document, words);
          held.set(document, words);
        } else {
          index.remove(document, before);
          held.delete(document);
        }
      }
      const fresh = createLexicalIndex();
      for (const [document, words] of [...held].sort(([a], [b]) => a - b)) fresh.add(document, words);
      const rounded = (found: readonly { document: number; score: number }[]): unknown =>
        found.map(({ document, score }) => [document, score.toFixed(4)]);
      expect(rounded(index.search(query, { limit: 20 }))).toEqual(rounded(fresh.search(query, { limit: 20 })));
    });
    fc.assert(law, { numRuns: 300 });
  });

  it("[MG-31] links find what the words do not, and hits say why", () => {
    const { memory } = testMemgine();
    memory.remember({ id: "a", value: "The turbine overheats" });
    memory.remember({ id: "b", value: "Replace the bearing first", depends_on: ["a"] });
    memory.remember({ id: "c", value: "Lunch is at noon" });
    const hits = memory.search("turbine");
    expect(hits.map(({ id }) => id)).toEqual(["a", "b"]);
    expect(hits[0]?.why.map(({ via }) => via)).toEqual(["lexical", "graph"]);
    expect(hits[1]?.why.map(({ via }) => via)).toEqual(["graph"]);
  });

  it("[MG-31] activation is that of personalised PageRank, within its bound", () => {
    const graph = createAdjacency();
    const random = seeded(5);
    const edges = Array.from({ length: 60 }, () => [Math.floor(random() * 20), Math.floor(random() * 20)] as const);
    for (const [from, to] of edges) if (from !== to) graph.connect(from, to, "related_to");
    const spread = createSpreader(graph).spread([{ node: 0, weight: 1 }], { epsilon: 1e-7 });
    let rank = new Map([[0, 1]]);
    const total = new Map<number, number>();
    for (let step = 0; step < 60; step += 1) {
      const next = new Map<number, number>();
      for (const [node, amount] of rank) {
        total.set(node, (total.get(node) ?? 0) + amount / 2);
        graph.forEachNeighbour(node, (to, weight) =>
          next.set(to, (next.get(to) ?? 0) + (amount / 2) * (weight / graph.weightOf(node))),
        );
      }
      rank = next;
    }
    for (const [node, amount] of total) expect(spread.get(node) ?? 0).toBeCloseTo(amount, 3);
  });

  it("[MG-31] the search goes along what triggers what, and nothing needs review for it", () => {
    const { memory } = testMemgine();
    memory.remember({ id: "alarm", value: "The siren sounds.", triggers: ["evacuate"] });
    memory.remember({ id: "evacuate", key: "drill", value: "Everybody leaves by stairs." });
    const hits = memory.search("siren");
    expect(hits.map(({ id }) => id)).toEqual(["alarm", "evacuate"]);
    expect(hits[1]?.why.map(({ via }) => via)).toEqual(["graph"]);
    memory.retract("alarm");
    expect(memory.get("evacuate")?.standing).toBe("current");
  });

  it("[MG-32] equal scores are in a fixed order, the one learned last first", () => {
    const { memory } = testMemgine();
    for (const id of ["x", "y", "z"]) memory.remember({ id, value: "same words here" });
    expect(memory.search("same words").map(({ id }) => id)).toEqual(["z", "y", "x"]);
  });

  it("[MG-33] below the threshold vectors are compared exactly; above it nearly all of the nearest are found", () => {
    const dim = 64;
    const random = seeded(9);
    const centres = Array.from({ length: 30 }, () => vectorOf(random, dim));
    const near = (): Float32Array =>
      (centres[Math.floor(random() * 30)] as Float32Array).map((m) => m + (random() - 0.5) * 0.8);
    const exact = createDenseIndex(dim);
    const signs = createDenseIndex(dim, { exactUpTo: 10 });
    const graph = createDenseIndex(dim, { exactUpTo: 10, graphFrom: 50 });
    for (let at = 0; at < 1_500; at += 1) {
      const vector = near();
      for (const index of [exact, signs, graph]) index.add(at, vector);
    }
    for (const index of [exact, signs, graph]) index.remove(7);
    let [bySigns, byGraph] = [0, 0];
    for (let query = 0; query < 20; query += 1) {
      const vector = near();
      const truth = new Set(exact.search(vector, { limit: 10 }).map(({ document }) => document));
      expect(truth.has(7)).toBe(false);
      bySigns += signs.search(vector, { limit: 10 }).filter(({ document }) => truth.has(document)).length;
      byGraph += graph.search(vector, { limit: 10 }).filter(({ document }) => truth.has(document)).length;
    }
    expect(bySigns).toBeGreaterThanOrEqual(190);
    expect(byGraph).toBeGreaterThanOrEqual(180);
  });

  const meaning = (texts: readonly string[]): Float32Array[] =>
    texts.map((text) => Float32Array.from(/car|automobile/.test(text) ? [1, 0] : [0, 1]));

  it("[MG-34] with an embedder meaning counts; it works in the background", async () => {
    const embedder: Embedder = { id: "m", dim: 2, embed: async (texts) => meaning(texts) };
    const { memory } = testMemgine({ embedder });
    memory.remember({ id: "a", value: "an automobile stands there" });
    memory.remember({ id: "b", value: "a tree stands there" });
    await memory.idle();
    expect(memory.search("car", { vector: Float32Array.from([1, 0]) })[0]).toMatchObject({ id: "a" });
    expect(memory.health()).toEqual({ embedder: "ok", waiting: 0 });
  });

  it.each([
    ["changes its dimension", async () => [Float32Array.from([1, 2, 3])]],
    ["gives NaN", async (texts: readonly string[]) => texts.map(() => Float32Array.from([NaN, 1]))],
    ["dies", async () => Promise.reject(new Error("gone"))],
    ["gives too few", async () => []],
  ])("[MG-35] an embedder that %s leaves a memory that finds by words", async (_what, embed) => {
    const { memory } = testMemgine({ embedder: { id: "m", dim: 2, embed } });
    memory.remember({ value: "an automobile stands there" });
    await memory.idle();
    expect((await memory.buildContext("automobile", WIDE)).text).toContain("an automobile stands there");
    expect(memory.health()).toMatchObject({ embedder: "failing" });
  });

  it("[MG-36] words of any script are found", () => {
    const { memory } = testMemgine();
    memory.remember({ id: "ja", value: "東京タワーは赤い" });
    memory.remember({ id: "de", value: "Die Straße ist gesperrt" });
    expect(memory.search("東京")[0]?.id).toBe("ja");
    expect(memory.search("straße")[0]?.id).toBe("de");
    expect(createVocabulary().termsOf("naïve café")).toHaveLength(2);
  });
});
