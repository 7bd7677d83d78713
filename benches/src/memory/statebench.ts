import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ContextForOptions } from "./context-for.js";
import { contextFor } from "./context-for.js";
import type { Timeline } from "./timeline.js";

/** Shares from 0 to 1, as the scorer beside the data gives them. */
export interface TrackFigures {
  readonly queries: number;
  readonly joint: number | null;
  /** Required phrases that occur anywhere, present in the context. */
  readonly mm_reach: number | null;
  /** Queries whose context has a superseded value. */
  readonly sfrr_fact: number | null;
  readonly mean_tokens: number;
}

/** Figures of all queries, and by track. */
export interface PartFigures extends TrackFigures {
  readonly tracks: Readonly<Record<string, TrackFigures>>;
}

interface PlanRow {
  readonly timeline_id: string;
  readonly order: readonly string[];
}

const HAYSTACK_BUDGET = 512;

/** Scores every query of a part. */
export async function measurePart(
  corpora: string,
  part: string,
  options: ContextForOptions = {},
): Promise<PartFigures> {
  const data = join(corpora, "statebench", "data", `${part}.jsonl`);
  const rows: string[] = [];
  for (const timeline of readJsonl<Timeline>(data)) {
    for (const index of queriesOf(timeline))
      rows.push(row(timeline, index, await contextFor(timeline, index, options)));
  }
  return score(corpora, { data, rows });
}

/** The same queries with each timeline among others, within 512 tokens. */
export async function measureHaystack(
  corpora: string,
  part: string,
  options: ContextForOptions = {},
): Promise<PartFigures> {
  const data = join(corpora, "statebench", "data", `${part}.jsonl`);
  const timelines = new Map(readJsonl<Timeline>(data).map((timeline) => [timeline.id, timeline]));
  const rows: string[] = [];
  for (const { timeline_id, order } of readJsonl<PlanRow>(join(corpora, "statebench", `haystack_${part}.plan.jsonl`))) {
    const timeline = timelines.get(timeline_id);
    if (timeline === undefined) throw new TypeError(`the plan names \`${timeline_id}\`, which is not in ${part}`);
    const among = order.flatMap((id) => timelines.get(id) ?? []);
    for (const index of queriesOf(timeline)) {
      const context = await contextFor(timeline, index, { ...options, among, tokenBudget: HAYSTACK_BUDGET });
      rows.push(row(timeline, index, context));
    }
  }
  return score(corpora, { data, rows, budget: HAYSTACK_BUDGET });
}

function queriesOf({ events }: Timeline): readonly number[] {
  return events.filter(({ type }) => type === "query").map((_, index) => index);
}

function row({ id }: Timeline, query: number, context: string): string {
  return JSON.stringify({ timeline_id: id, query_idx: query, context });
}

function score(
  corpora: string,
  { data, rows, budget }: { readonly data: string; readonly rows: readonly string[]; readonly budget?: number },
): PartFigures {
  const folder = mkdtempSync(join(tmpdir(), "bench-memory-"));
  try {
    const predictions = join(folder, "contexts.jsonl");
    writeFileSync(predictions, `${rows.join("\n")}\n`);
    const scorer = join(corpora, "statebench", "score.mjs");
    const limit = budget === undefined ? [] : ["--budget", String(budget)];
    const output = execFileSync(process.execPath, [scorer, "--data", data, "--pred", predictions, "--json", ...limit], {
      encoding: "utf8",
    });
    const { ALL, ...tracks } = JSON.parse(output) as Record<string, ScorerRow>;
    return {
      ...figuresOf(ALL as ScorerRow),
      tracks: Object.fromEntries(Object.entries(tracks).map(([name, figures]) => [name, figuresOf(figures)])),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

interface ScorerRow {
  readonly queries: number;
  readonly joint_correct: number | null;
  readonly must_mention_reachable: number | null;
  readonly sfrr_query_facts: number | null;
  readonly mean_tokens: number;
}

function figuresOf(row: ScorerRow): TrackFigures {
  return {
    queries: row.queries,
    joint: row.joint_correct,
    mm_reach: row.must_mention_reachable,
    sfrr_fact: row.sfrr_query_facts,
    mean_tokens: row.mean_tokens,
  };
}

function readJsonl<Row>(path: string): readonly Row[] {
  return readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => JSON.parse(line) as Row);
}
