import { seededRandom } from "@car/conformance";
import { createMemgine, type Memgine } from "@car/memgine";
import { createDenseIndex } from "@car/memgine/tuning";

/** Times of one size. */
export interface ScaleFigures {
  readonly nodes: number;
  readonly build_facts_per_s: number;
  /** One query over words and links, warm, in milliseconds of processor time: the mean. */
  readonly query_mean_ms: number;
  /** The same by the wall clock, which other processes delay: the median. */
  readonly query_wall_p50_ms: number;
}

/** Times of a search by vector. */
export interface DenseFigures {
  readonly vectors: number;
  readonly dim: number;
  readonly query_mean_ms: number;
  /** Share of the true ten nearest among the ten found. */
  readonly recall_at_10: number;
}

const VOCABULARY = 20_000;
const QUERIES = 200;
const FACT_WORDS = 10;
const QUERY_WORDS = 6;

/** Facts of ten words from a vocabulary with a natural distribution, a tenth of them with a premise, in conversations of fifty. */
export function measureScale(nodes: number): ScaleFigures {
  const random = seededRandom(11);
  const texts = Array.from({ length: nodes }, () => phrase(random, FACT_WORDS));
  const memory = emptyMemory();
  const started = processorMs();
  for (const [at, value] of texts.entries()) {
    memory.remember({
      id: `f${at}`,
      key: `subject_${at}`,
      value,
      conversation: `c${Math.floor(at / 50)}`,
      ...(at % 10 === 9 ? { depends_on: [`f${at - 5}`] } : {}),
    });
  }
  const seconds = (processorMs() - started) / 1_000;
  const queries = Array.from({ length: QUERIES }, () => phrase(random, QUERY_WORDS));
  for (const query of queries.slice(0, 50)) memory.search(query);
  const before = processorMs();
  const times = queries.map((query) => timed(() => memory.search(query))).sort((left, right) => left - right);
  const mean = (processorMs() - before) / QUERIES;
  return {
    nodes,
    build_facts_per_s: Math.round(nodes / seconds),
    query_mean_ms: rounded(mean),
    query_wall_p50_ms: rounded(times[Math.floor(times.length / 2)]),
  };
}

/** Clustered vectors, as sentences give them. */
export function measureDense(vectors: number, dim: number): DenseFigures {
  const random = seededRandom(13);
  const centres = Array.from({ length: 200 }, () => randomVector(random, dim));
  const near = (): Float32Array => {
    const centre = centres[Math.floor(random() * centres.length)] as Float32Array;
    return centre.map((member) => member + (random() - 0.5) * 1.2);
  };
  const index = createDenseIndex(dim);
  const exact = createDenseIndex(dim, { exactUpTo: vectors });
  for (let at = 0; at < vectors; at += 1) {
    const vector = near();
    index.add(at, vector);
    exact.add(at, vector);
  }
  const queries = Array.from({ length: 40 }, near);
  for (const query of queries.slice(0, 10)) index.search(query, { limit: 10 });
  const before = processorMs();
  for (const query of queries) index.search(query, { limit: 10 });
  const mean = (processorMs() - before) / queries.length;
  const hits = queries.map((query) => {
    const truth = new Set(exact.search(query, { limit: 10 }).map(({ document }) => document));
    return index.search(query, { limit: 10 }).filter(({ document }) => truth.has(document)).length / 10;
  });
  const recall = hits.reduce((sum, share) => sum + share, 0) / hits.length;
  return { vectors, dim, query_mean_ms: rounded(mean), recall_at_10: rounded(recall) };
}

/** Words with Zipf's distribution. */
export function phrase(random: () => number, words: number): string {
  return Array.from({ length: words }, () => `w${Math.floor(VOCABULARY ** random())}x`).join(" ");
}

function emptyMemory(): Memgine {
  let ids = 0;
  return createMemgine({ clock: { now: () => 0 }, ids: { hex: () => `id${(ids += 1)}` } });
}

function randomVector(random: () => number, dim: number): Float32Array {
  return Float32Array.from({ length: dim }, () => random() - 0.5);
}

/** Processor time of this process, in milliseconds. */
function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

function timed(body: () => unknown): number {
  const started = performance.now();
  body();
  return performance.now() - started;
}

function rounded(value: number | undefined): number {
  return Math.round((value ?? 0) * 1_000) / 1_000;
}
