import { type CarEvent, type LoggedConfig, parseToolSchema, type ToolSchemaInput } from "@car/ir";
import type { PolicyEngine, SchemaCompiler } from "@car/ir/ports";
import { createSchemaCompiler, restoredStateStore } from "../defaults/replay-defaults.js";
import type { SessionState } from "../session/session-state.js";
import type { FollowedRun } from "./followed-run.js";
import { labelsHiddenFrom } from "./hidden-labels.js";
import { ConfigBuilder, configOfTools } from "./logged-configs.js";
import { type LogStep, logSteps, type ReplayStart, type StepOrder } from "./log-steps.js";
import { isPayloadErased, Past } from "./past.js";
import { Questions } from "./questions.js";
import { needsOf, needsPast, secondRunInit } from "./replay-mode.js";
import type { SkippedRun } from "./replay-report.js";
import { SecondRun } from "./second-run.js";

/** How a log is executed again. */
export interface LogReplayOptions {
  readonly tools?: readonly { readonly schema: ToolSchemaInput }[] | undefined;
  /** A host's own policy; `undefined`: the recorded decisions are all that is looked at. */
  readonly policy: PolicyEngine | undefined;
  /** Whether that policy decides, or is only asked. */
  readonly mode: "decides" | "asked";
  /** Runs that are wanted; others are executed only where these may depend on them. */
  readonly wanted?: ReadonlySet<string> | undefined;
  readonly start?: ReplayStart | undefined;
  readonly schemaCompiler?: SchemaCompiler | undefined;
}

/** What has come of one run. */
export interface ReplayedRun {
  readonly followed: FollowedRun;
  /** Why it was not executed to its recorded end. */
  reason: SkippedRun["reason"] | undefined;
  /** Its second execution, as far as there was one. */
  second: SecondRun | undefined;
  readonly questions: Questions;
}

/**
 * Executes the runs of a log again, those that depend on each other in the order of the log, and gives each when it has ended.
 * @throws `PayloadErasedError` when a payload that is needed is gone, `ToolInvalidError` when a logged schema is none, and
 * what a policy throws that is asked.
 */
export async function* replayedRuns(
  events: AsyncIterable<CarEvent> | Iterable<CarEvent>,
  options: LogReplayOptions,
): AsyncGenerator<ReplayedRun | SkippedRun> {
  const replay = new LogReplay(options);
  const { start } = options;
  const steps = logSteps(events, { restore: restoredStateStore, start, orderOf: (run) => replay.orderOf(run) });
  for await (const step of steps) {
    const ended = await replay.take(step);
    if (ended !== undefined) yield ended;
  }
}

type RunStep = Extract<LogStep, { kind: "run" }>;

class LogReplay {
  private readonly options: LogReplayOptions;
  private readonly builder: ConfigBuilder;
  private readonly fallback: LoggedConfig | undefined;
  private readonly past = new Past();
  private readonly live = new Map<FollowedRun, ReplayedRun>();

  constructor(options: LogReplayOptions) {
    this.options = options;
    this.builder = new ConfigBuilder(options.schemaCompiler ?? createSchemaCompiler());
    const { tools } = options;
    this.fallback = tools && configOfTools(tools.map(({ schema }) => parseToolSchema(schema)));
  }

  orderOf({ config }: Pick<FollowedRun, "config">): StepOrder {
    const { policy } = this.options;
    // What it counts, it counts in the order of time.
    if (policy?.supports.rateLimits === true) return "all";
    return needsPast(policy, config ?? this.fallback) ? "session" : "run";
  }

  async take(step: LogStep): Promise<ReplayedRun | SkippedRun | undefined> {
    switch (step.kind) {
      case "session":
        this.past.sessions.take(step.event);
        return undefined;
      case "skipped":
        return this.isWanted(step.run.run_id) ? step.run : undefined;
      case "run":
        return this.go(step);
    }
  }

  private async go({ run, through, isLast }: RunStep): Promise<ReplayedRun | undefined> {
    let replayed = this.live.get(run);
    if (replayed === undefined) this.live.set(run, (replayed = this.begin(run)));
    const { second, questions } = replayed;
    await second?.drive(through);
    if (questions.failure !== undefined) throw questions.failure.error;
    if (!isLast) return undefined;
    this.live.delete(run);
    this.end(replayed);
    return this.isWanted(run.id) ? replayed : undefined;
  }

  private begin(followed: FollowedRun): ReplayedRun {
    const { mode } = this.options;
    const logged = followed.config ?? this.fallback;
    const reason = followed.reasonToSkip ?? (logged === undefined ? "no_config" : undefined);
    const replayed: ReplayedRun = { followed, reason, second: undefined, questions: new Questions() };
    if (logged === undefined || reason === "unparsed" || !this.isNeeded(followed, logged)) return replayed;
    try {
      replayed.second = this.execute(replayed, logged);
    } catch (error) {
      const isReported = this.isWanted(followed.id) && (reason === undefined || mode === "asked");
      if (isReported || !isPayloadErased(error)) throw error;
    }
    return replayed;
  }

  private execute(replayed: ReplayedRun, logged: LoggedConfig): SecondRun | undefined {
    const { followed, questions } = replayed;
    const { policy, mode } = this.options;
    const parent = followed.parent && this.live.get(followed.parent);
    const past = this.past.of(followed, { parent: parent?.second, needs: needsOf(policy, logged) });
    if (past === undefined) {
      replayed.reason ??= "past_unknown";
      return undefined;
    }
    const config = this.builder.build(logged);
    const isPart = replayed.reason !== undefined;
    const second = new SecondRun(followed, {
      ...secondRunInit(followed, { policy, mode, questions, logged }),
      ...past,
      outer: parent?.second,
      logged,
      config,
      isPart,
    });
    questions.hiddenFrom = this.hiddenFrom(second, { followed, logged, session: past.session });
    if (parent !== undefined && followed.received.seq > parent.questions.hiddenFrom) questions.hiddenFrom = 0;
    if (mode === "decides" && followed.executed.some((event) => isDecision(event) && questions.isHidden(event))) {
      replayed.reason ??= "labels_unknown";
      return undefined;
    }
    return second;
  }

  private hiddenFrom(
    { run }: SecondRun,
    of: { readonly followed: FollowedRun; readonly logged: LoggedConfig; readonly session: SessionState | undefined },
  ): number {
    const { followed, logged, session } = of;
    if (run === undefined) return Infinity;
    if (session !== undefined && this.past.isHidden(session)) return 0;
    const { plan } = run;
    const labelled = { plan, logged, view: followed.views[0], events: followed.executed };
    return labelsHiddenFrom(labelled, this.options.policy);
  }

  private end({ followed, reason, second, questions }: ReplayedRun): void {
    second?.finish();
    const logged = followed.config ?? this.fallback;
    if (!needsPast(this.options.policy, logged)) return;
    this.past.ended(followed, { reason, second, isHidden: questions.hiddenFrom < Infinity });
    const parent = followed.parent && this.live.get(followed.parent);
    if (parent === undefined || questions.hiddenFrom === Infinity) return;
    // What a call was told by the run that it began may have any label.
    parent.questions.hiddenFrom = Math.min(parent.questions.hiddenFrom, followed.events.at(-1)!.seq);
  }

  private isWanted(id: string): boolean {
    return this.options.wanted?.has(id) ?? true;
  }

  private isNeeded(followed: FollowedRun, logged: LoggedConfig): boolean {
    if (followed.root.tree.some(({ id }) => this.isWanted(id))) return true;
    return needsPast(this.options.policy, logged) && followed.begun?.session_id !== undefined;
  }
}

function isDecision({ kind }: CarEvent): boolean {
  return kind === "policy_decided";
}
