import type { PrecedenceGraph } from "./precedence-graph.js";
import type { Anomaly, RecordedRun, SerializabilityProblem } from "./recorded-history.js";
import type { WrittenVersions } from "./written-versions.js";

/** What the reads of a history are held against. */
export interface ReadContext {
  readonly history: readonly RecordedRun[];
  readonly versions: WrittenVersions;
  readonly initial: ReadonlyMap<string, string>;
  readonly graph: PrecedenceGraph;
}

/** A read that no commit explains. */
interface BadRead {
  readonly anomaly: Anomaly;
  readonly text: string;
  readonly other?: number;
}

/** Adds what the reads of a committed run say about the order to the graph, and reports those that nothing explains. */
export function judgeReads(context: ReadContext, run: number): readonly SerializabilityProblem[] {
  const own = new Map<string, string | null>();
  const problems: SerializabilityProblem[] = [];
  for (const { kind, key, version } of context.history[run]!.operations) {
    if (kind === "write") own.set(key, version);
    else {
      const bad = own.has(key) ? judgeOwn(own.get(key)!, version) : judgeRead(context, run, { key, version });
      if (bad !== undefined) problems.push(problemOf(context.history, { run, key, bad }));
    }
  }
  return problems;
}

function judgeOwn(written: string | null, read: string | null): BadRead | undefined {
  if (read === written) return undefined;
  return { anomaly: "own_write_missed", text: `read \`${read}\` after it had itself written \`${written}\`` };
}

function judgeRead(
  { versions, initial, graph, history }: ReadContext,
  run: number,
  { key, version }: { readonly key: string; readonly version: string | null },
): BadRead | undefined {
  const writer = version === null ? undefined : versions.writer(key, version);
  if (writer === undefined) {
    if (version !== (initial.get(key) ?? null)) {
      return { anomaly: "unknown_version", text: `read \`${version}\`, which nobody wrote` };
    }
  } else {
    const other = writer.run;
    if (!history[other]!.committed) {
      return { anomaly: "G1a_aborted_read", text: `read \`${version}\`, whose writer did not commit`, other };
    }
    if (!writer.isFinal) {
      return { anomaly: "G1b_intermediate_read", text: `read \`${version}\`, which its writer then replaced`, other };
    }
    graph.add(other, run, { kind: "wr", key });
  }
  const next = versions.nextWriter(key, writer && version !== null ? version : undefined);
  if (next !== undefined) graph.add(run, next, { kind: "rw", key });
  return undefined;
}

function problemOf(
  history: readonly RecordedRun[],
  { run, key, bad }: { readonly run: number; readonly key: string; readonly bad: BadRead },
): SerializabilityProblem {
  const { run_id } = history[run]!;
  const runs = bad.other === undefined ? [run_id] : [run_id, history[bad.other]!.run_id];
  const writer = bad.other === undefined ? "" : ` (run ${history[bad.other]!.run_id})`;
  const message = `${bad.anomaly}: run ${run_id} of key \`${key}\` ${bad.text}${writer}`;
  return { anomaly: bad.anomaly, runs, keys: [key], cycle: [], message };
}
