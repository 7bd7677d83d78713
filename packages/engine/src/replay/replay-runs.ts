import { type CarEvent, type LoggedConfig, parseToolSchema, type ToolSchemaInput } from "@car/ir";
import type { PolicyEngine, SchemaCompiler } from "@car/ir/ports";
import { createSchemaCompiler, restoredStateStore } from "../defaults/replay-defaults.js";
import { ConfigBuilder, configOfTools } from "./logged-configs.js";
import { recordedRuns, type LoggedRun, type ReplayStart } from "./recorded-runs.js";
import type { Divergence, ReplayReport, SkippedRun } from "./replay-report.js";
import { replayRun } from "./replay-run.js";
import type { Script } from "./script.js";

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

/**
 * Executes every run of a log again and compares event by event with what was recorded. No tool is called: what came
 * from outside (outputs, failures, approvals, waits, stored answers, and unless a `policy` is given also its decisions)
 * comes from the log, in the recorded order. What the engine makes of that must be the same, but for measured times.
 * @throws `PayloadErasedError` (`CAR_LOG_PAYLOAD_ERASED`) when a payload that is needed is gone, `ToolInvalidError`
 * when a logged schema is none (as rejections).
 */
export async function replayRuns(
  events: AsyncIterable<CarEvent> | Iterable<CarEvent>,
  options: ReplayOptions = {},
): Promise<ReplayReport> {
  const { maxDivergences = MAX_DIVERGENCES, runIds, start } = options;
  const wanted = runIds && new Set(runIds);
  const replay = new Replay(options);
  for await (const run of recordedRuns(events, restoredStateStore, start)) {
    const id = "reason" in run ? run.run_id : run.events[0]!.run_id!;
    if (wanted?.has(id) === false) continue;
    await replay.take(run);
    if (replay.divergences.length >= maxDivergences) break;
  }
  return replay.report();
}

class Replay {
  readonly divergences: Divergence[] = [];
  private readonly skipped: SkippedRun[] = [];
  private readonly builder: ConfigBuilder;
  private readonly policy: PolicyEngine | undefined;
  private readonly fallback: LoggedConfig | undefined;
  private runs = 0;
  private events = 0;

  constructor({ tools, policy, schemaCompiler }: ReplayOptions) {
    this.builder = new ConfigBuilder(schemaCompiler ?? createSchemaCompiler());
    this.policy = policy;
    this.fallback = tools && configOfTools(tools.map(({ schema }) => parseToolSchema(schema)));
  }

  async take(run: LoggedRun | SkippedRun): Promise<void> {
    if ("reason" in run) return void this.skipped.push(run);
    const logged = run.config ?? this.fallback;
    const { run_id = "", proposal_id = "", seq } = run.events[0]!;
    if (logged === undefined) return void this.skipped.push({ run_id, proposal_id, seq, reason: "no_config" });
    const config = this.builder.build(logged);
    this.note(await replayRun({ ...run, config, policy: this.policy }));
  }

  report(): ReplayReport {
    const { runs, events, divergences, skipped } = this;
    return { equal: divergences.length === 0, runs, events, divergences, skipped };
  }

  private note({ divergence, matched }: Script): void {
    this.events += matched;
    if (divergence === undefined) this.runs++;
    else this.divergences.push(divergence);
  }
}
