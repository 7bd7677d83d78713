import type { CarEvent, ToolSchemaInput } from "@car/ir";
import { assertKnownOptions } from "@car/ir/internal";
import type { PolicyEngine, SchemaCompiler } from "@car/ir/ports";
import { type ReplayedRun, replayedRuns } from "./log-replay.js";
import { type ReplayStart, skippedRun } from "./log-steps.js";
import type { Divergence, ReplayReport, SkippedRun } from "./replay-report.js";

/** How a log is executed again. */
export interface ReplayOptions {
  /** Schemas of tools, for a log that does not say what judged its runs. What the log says counts more. */
  readonly tools?: readonly { readonly schema: ToolSchemaInput }[];
  /** Decides anew in the place of the recorded decisions. Default: what was decided then. */
  readonly policy?: PolicyEngine;
  /** Only these runs. Default: all. */
  readonly runIds?: readonly string[];
  /** The state with which to start, for a log whose beginning was dropped. */
  readonly start?: ReplayStart;
  /** Most divergences that are reported; then the replay stops. Default 100. */
  readonly maxDivergences?: number;
  readonly schemaCompiler?: SchemaCompiler;
}

const MAX_DIVERGENCES = 100;
const OPTIONS = [
  "tools",
  "policy",
  "runIds",
  "start",
  "maxDivergences",
  "schemaCompiler",
] as const satisfies readonly (keyof ReplayOptions)[];

/**
 * Executes every run of a log again and compares event by event with what was recorded. No tool is called: what came
 * from outside (outputs, failures, approvals, waits, stored answers, what was said and shown in sessions, and unless a `policy`
 * is given also its decisions) comes from the log, in the recorded order. What the engine makes of that must be the same, but
 * for measured times.
 * @throws `PayloadErasedError` (`CAR_LOG_PAYLOAD_ERASED`) when a payload that is needed is gone, `ToolInvalidError`
 * when a logged schema is none (as rejections).
 */
export async function replayRuns(
  events: AsyncIterable<CarEvent> | Iterable<CarEvent>,
  options: ReplayOptions = {},
): Promise<ReplayReport> {
  assertKnownOptions(options, OPTIONS, "replayRuns");
  const { maxDivergences = MAX_DIVERGENCES, runIds, ...how } = options;
  const report = new Report(runIds);
  const wanted = runIds && new Set(runIds);
  const { policy } = options;
  for await (const run of replayedRuns(events, { ...how, policy, mode: "decides", wanted })) {
    report.take(run);
    if (report.divergences.length >= maxDivergences) break;
  }
  return report.made();
}

class Report {
  readonly divergences: Divergence[] = [];
  private readonly skipped: SkippedRun[] = [];
  /** Wanted runs that have not been seen. */
  private readonly missing: Set<string>;
  private runs = 0;
  private events = 0;

  constructor(runIds: readonly string[] = []) {
    this.missing = new Set(runIds);
  }

  take(run: ReplayedRun | SkippedRun): void {
    if (!("followed" in run)) return this.skip(run);
    const { followed, reason, second } = run;
    if (reason !== undefined || second === undefined) return this.skip(skippedRun(followed.received, reason ?? "open"));
    this.missing.delete(followed.id);
    const { divergence, matched } = second.script;
    this.events += matched;
    if (divergence === undefined) this.runs++;
    else this.divergences.push(divergence);
  }

  made(): ReplayReport {
    const { runs, events, divergences } = this;
    const notFound = [...this.missing].map((run_id) => ({
      run_id,
      proposal_id: "",
      seq: 0,
      reason: "not_found" as const,
    }));
    const skipped = divergences.length > 0 ? this.skipped : [...this.skipped, ...notFound];
    const isNothing = runs === 0 && skipped.length > 0;
    return { equal: divergences.length === 0 && !isNothing, runs, events, divergences, skipped };
  }

  private skip(run: SkippedRun): void {
    this.missing.delete(run.run_id);
    this.skipped.push(run);
  }
}
