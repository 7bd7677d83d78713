import { judgeReads } from "./judge-reads.js";
import { type EdgeLevel, PrecedenceGraph } from "./precedence-graph.js";
import type { Anomaly, Dependency, RecordedRun, SerializabilityProblem } from "./recorded-history.js";
import { shortestCycle } from "./shortest-cycle.js";
import { strongComponents } from "./strong-components.js";
import { WrittenVersions } from "./written-versions.js";

/** What a check may be told. */
export interface SerializabilityOptions {
  /** Versions that keys had before the history began; a key that is not named held nothing. */
  readonly initial?: ReadonlyMap<string, string>;
  /** Most problems to report. Default 20. */
  readonly maxProblems?: number;
}

/** What a check found. */
export interface SerializabilityReport {
  readonly serializable: boolean;
  /** Committed runs that were judged. */
  readonly runs: number;
  readonly problems: readonly SerializabilityProblem[];
  /** The version that each key must hold in the end. */
  readonly latest: ReadonlyMap<string, string>;
}

const DEFAULT_MAX_PROBLEMS = 20;
const LEVELS = [1, 2, 3] as const satisfies readonly EdgeLevel[];

/**
 * Says whether some serial order of the committed runs explains what each of them read, given that the versions of a
 * key follow each other in the order of the commits. It builds the direct serialization graph of Adya ("Weak
 * Consistency", 1999), finds its cycles as Elle does (Kingsbury and Alvaro, 2020), and names the smallest: time and
 * memory in proportion to the operations.
 * @param history - all runs, in the order in which they were committed; where the others stand does not matter.
 * @throws `TypeError` when versions cannot be told apart.
 */
export function checkSerializable(
  history: readonly RecordedRun[],
  { initial = new Map(), maxProblems = DEFAULT_MAX_PROBLEMS }: SerializabilityOptions = {},
): SerializabilityReport {
  const versions = new WrittenVersions(history);
  const graph = new PrecedenceGraph(history.length);
  const problems: SerializabilityProblem[] = [];
  for (const [key, chain] of versions.chains()) {
    for (let place = 1; place < chain.length; place++) graph.add(chain[place - 1]!, chain[place]!, { kind: "ww", key });
  }
  let runs = 0;
  for (const [run, { committed }] of history.entries()) {
    if (!committed) continue;
    runs += 1;
    problems.push(...judgeReads({ history, versions, initial, graph }, run));
  }
  problems.push(...cyclesOf(graph, history));
  return {
    serializable: problems.length === 0,
    runs,
    problems: problems.slice(0, maxProblems),
    latest: versions.latest(),
  };
}

/** One cycle for each group of runs that precede each other, made of as few kinds of edges as will do. */
function cyclesOf(graph: PrecedenceGraph, history: readonly RecordedRun[]): readonly SerializabilityProblem[] {
  const problems: SerializabilityProblem[] = [];
  const reported = new Set<number>();
  for (const level of LEVELS) {
    for (const members of strongComponents(graph, level)) {
      if (members.some((member) => reported.has(member))) continue;
      for (const member of members) reported.add(member);
      const cycle = shortestCycle(graph, members, level).map(({ from, place, to }) => {
        return { from: history[from]!.run_id, to: history[to]!.run_id, ...graph.label(from, place) };
      });
      problems.push(problemOf(cycle));
    }
  }
  return problems;
}

function problemOf(cycle: readonly Dependency[]): SerializabilityProblem {
  const anomaly = anomalyOf(cycle);
  const runs = cycle.map(({ from }) => from);
  const keys = [...new Set(cycle.map(({ key }) => key))];
  const path = cycle.map(({ from, kind, key }) => `run ${from} -${kind} \`${key}\`->`).join(" ");
  const name = nameOf(cycle, keys);
  return { anomaly, runs, keys, cycle, message: `${anomaly}${name}: ${path} run ${cycle[0]?.from ?? ""}` };
}

function anomalyOf(cycle: readonly Dependency[]): Anomaly {
  const antiDependencies = cycle.filter(({ kind }) => kind === "rw").length;
  if (antiDependencies > 1) return "G2_anti_dependency";
  if (antiDependencies === 1) return "G_single_anti_dependency";
  return cycle.some(({ kind }) => kind === "wr") ? "G1c_circular_information" : "G0_dirty_write";
}

/** The name that textbooks have for the two commonest circles. */
function nameOf(cycle: readonly Dependency[], keys: readonly string[]): string {
  const kinds = cycle.map(({ kind }) => kind).sort();
  if (cycle.length !== 2) return "";
  if (kinds.join() === "rw,ww" && keys.length === 1) return " (lost update)";
  return kinds.join() === "rw,rw" && keys.length === 2 ? " (write skew)" : "";
}
