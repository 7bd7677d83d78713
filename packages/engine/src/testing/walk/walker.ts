import { countingIds, manualClock } from "@car/conformance";
import { CarError, type ProposalResult } from "@car/ir";
import type { ApprovalAnswer, Decision, PolicyEngine } from "@car/ir/ports";
import { memoryEventLog } from "@car/eventlog";
import { memoryApprovalStore } from "@car/approvals";
import { createRuntime } from "../../create-runtime.js";
import type { DurableParts } from "../../recovery/durable-parts.js";
import type { Run } from "../../run/run.js";
import { reopened } from "../reopened.js";
import type { Mood, PlanDraft, Step, Walk } from "./any-walk.js";
import { boardProblems } from "./board-problems.js";
import { Outside, type SeenCall } from "./outside.js";
import { WalkLog } from "./walk-log.js";
import { WatchedRuns } from "./watched-runs.js";

/** Bounds that are short, and all different. */
const LIMITS = {
  default_timeout_ms: 500,
  lock_timeout_ms: 210,
  rate_limit_timeout_ms: 160,
  single_flight_timeout_ms: 120,
  policy_timeout_ms: 90,
  approval_timeout_ms: 110,
  approval_ttl_ms: 300,
  drain_timeout_ms: 50,
  compensation_timeout_ms: 60,
};

/** An execution that somebody waits for. */
interface Waiting {
  readonly controller: AbortController | undefined;
  isOver: boolean;
}

/** Somebody who is asked, and waits to be told what to say. */
interface Asked {
  readonly answer: (answer: boolean | ApprovalAnswer | Promise<never>) => void;
}

/** One process: a runtime, its clock and its log, until it is killed. */
export interface Process {
  readonly runtime: ReturnType<typeof createRuntime>;
  readonly clock: ReturnType<typeof manualClock>;
  readonly log: WalkLog;
  /** Where its runs begin among all that are watched. */
  readonly firstRun: number;
  isClosed: boolean;
}

/** Takes the steps of a walk, and notes what does not hold. */
export class Walker {
  readonly outside: Outside;
  readonly watched = new WatchedRuns();
  readonly problems: string[] = [];
  /** What was answered last, by run. */
  readonly told = new Map<string, ProposalResult>();
  readonly waiting: Waiting[] = [];
  readonly signals: AbortSignal[] = [];
  process!: Process;
  private readonly walk: Walk;
  private readonly approvals = memoryApprovalStore();
  private readonly moods = new Map<string, Mood>();
  private readonly givenUp = new Set<string>();
  private asked: Asked[] = [];
  private ids = 0;
  private doubts = 0;

  constructor(walk: Walk) {
    this.walk = walk;
    this.outside = new Outside(walk.scripts);
    this.outside.mischief = (kind, call) => {
      if (kind === "abort") this.controllerOf(call)?.abort();
      else if (kind === "revoke") this.process.runtime.revoke(call.tool);
      else call.context.spend("usd", 0.5);
    };
  }

  /** Runs of the present process. */
  runs(): readonly Run[] {
    return this.watched.runs.slice(this.process.firstRun);
  }

  async start(found?: DurableParts): Promise<void> {
    const { isDurable, isLogSlow, asks, maxConcurrency, budget } = this.walk.setting;
    const clock = manualClock(1_000 * ++this.ids);
    const parts = isDurable ? (found ?? (await reopened([]))) : undefined;
    const log = new WalkLog(parts?.eventLog ?? memoryEventLog(), clock, { durable: isDurable, isSlow: isLogSlow });
    const head = await log.head();
    log.last = log.flushed = head.seq;
    const runtime = createRuntime({
      tools: this.outside.tools(),
      clock,
      ids: countingIds(this.ids * 100_000),
      random: () => 0.5,
      policy: this.policy(clock),
      limits: LIMITS,
      maxConcurrency,
      ...(parts === undefined
        ? { eventLog: log }
        : { durable: { ...parts, eventLog: log, giveUp: () => Promise.resolve(false) } }),
      ...(budget === undefined ? {} : { budget }),
      ...(asks === "approver" || asks === "both" ? { approver: () => this.ask() } : {}),
      ...(asks === "store" || asks === "both" ? { approvals: this.approvals } : {}),
    });
    this.process = { runtime, clock, log, firstRun: this.watched.runs.length, isClosed: false };
  }

  /** Everything that goes on without time does, and then holds. */
  async check(): Promise<void> {
    await this.process.clock.advanceAsync(0);
    const suspended = new Set(this.process.runtime.suspended());
    for (const run of this.runs()) {
      this.problems.push(...boardProblems(run));
      const { lease, detachSignal } = run.extras;
      const holds = lease !== undefined || detachSignal !== undefined;
      if (holds && suspended.has(run.scope.run_id)) this.problems.push("a suspended run holds locks, or a signal");
    }
  }

  async step(step: Step): Promise<void> {
    const { runtime, clock, log } = this.process;
    switch (step.do) {
      case "execute":
        return this.execute(step.plan, step.signal, step.who);
      case "child":
        return this.startChild(pick(this.outside.open(), step.call), step.plan, step.awaited);
      case "end": {
        const call = pick(this.outside.open(), step.call);
        if (call !== undefined) this.outside.end(call, step.ending);
        return;
      }
      case "wait":
        return clock.advanceAsync(step.ms);
      case "abort":
        return pick(
          this.waiting.filter(({ isOver }) => !isOver),
          step.run,
        )?.controller?.abort();
      case "approve":
        return this.answer(step.request, step.answer);
      case "decide": {
        const request = pick(await this.approvals.pending(clock.now()), step.request);
        const decision = { approved: step.approved, sticky: step.sticky };
        if (request !== undefined) await this.approvals.decide(request.id, decision, clock.now());
        return;
      }
      case "resume":
        return this.resume(pick(runtime.suspended(), step.run), step.canceled);
      case "change_policy":
        return void this.moods.set(step.tool, step.mood);
      case "revoke":
        return void this.attempt(() => runtime.revoke(step.tool));
      case "set":
        return void runtime.state.set(step.key, "host").catch(() => undefined);
      case "break_log":
        log.failsAt = Math.min(log.failsAt, log.last + 1 + step.after);
        return;
      case "kill":
        return this.kill(step.share, step.unfinished);
      case "close":
        this.process.isClosed = true;
        return void runtime.close().catch(() => undefined);
    }
  }

  execute(plan: PlanDraft, hasSignal: boolean, principal: string): void {
    const controller = hasSignal ? new AbortController() : undefined;
    if (controller !== undefined) this.signals.push(controller.signal);
    const options = { principal, ...(controller && { signal: controller.signal }) };
    this.follow(this.process.runtime.execute({ actions: [...plan] }, options), controller);
  }

  resume(runId: string | undefined, canceled: boolean): void {
    if (runId === undefined) return;
    const signal = canceled ? AbortSignal.abort() : undefined;
    this.follow(this.process.runtime.resume(runId, { ...(signal && { signal }) }), undefined);
  }

  /** Ends the process, and begins the next with what it left. */
  async kill(share: number, unfinished: "resume" | "rollback"): Promise<void> {
    if (!this.walk.setting.isDurable) return;
    this.outside.endProcess();
    const events = await this.process.log.found(share);
    for (const each of this.waiting) each.isOver = true;
    this.asked = [];
    await this.start(await reopened(events));
    const recovery = this.process.runtime.recover({
      unfinished,
      onInDoubt: ({ idempotency_key: key }) => {
        if (this.outside.calls.some((call) => call.key === key && call.hasActed)) return { output: { id: "it" } };
        return this.doubts++ % 2 === 0 ? "rerun" : "failed";
      },
    });
    const waiting: Waiting = { controller: undefined, isOver: false };
    this.waiting.push(waiting);
    recovery
      .then(
        ({ runs }) => runs.forEach(({ result }) => this.tell(result)),
        (error: unknown) => this.judge(error),
      )
      .finally(() => (waiting.isOver = true));
  }

  private startChild(call: SeenCall | undefined, plan: PlanDraft, awaited: boolean): void {
    if (call === undefined) return;
    const child = call.context.execute({ actions: [...plan] });
    child.then(
      (result) => this.tell(result),
      (error: unknown) => this.judge(error),
    );
    if (awaited) void child.catch(() => undefined).then(() => this.outside.end(call, "answer"));
  }

  private follow(promise: Promise<ProposalResult>, controller: AbortController | undefined): void {
    const waiting: Waiting = { controller, isOver: false };
    const { process } = this;
    this.waiting.push(waiting);
    promise
      .then(
        (result) => {
          if (process === this.process) this.tell(result);
        },
        (error: unknown) => this.judge(error),
      )
      .finally(() => (waiting.isOver = true));
  }

  private tell(result: ProposalResult): void {
    const before = this.told.get(result.run_id);
    if (before !== undefined && before.status !== "suspended" && before.status !== result.status) {
      this.problems.push(`a run was answered ${before.status}, and later ${result.status}`);
    }
    this.told.set(result.run_id, result);
  }

  /** `execute` rejects for reasons of its own, and for nothing else. */
  private judge(error: unknown): void {
    if (!CarError.isInstance(error)) this.problems.push(`rejected with ${String(error)}`);
  }

  /** Marks of runs that were given up, which outlive the process. */
  private notes(): Pick<DurableParts, "givenUp" | "giveUp"> {
    return {
      givenUp: new Set(this.givenUp),
      giveUp: async (runId) => {
        if (this.walk.setting.takesNotes) this.givenUp.add(runId);
        return this.walk.setting.takesNotes;
      },
    };
  }

  private policy(clock: Process["clock"]): PolicyEngine {
    const check = (tool: string | undefined): Decision => {
      const mood = this.moods.get(tool ?? "") ?? "allow";
      const reasons = [{ policy_id: mood, message: mood }];
      if (mood === "throw") throw new Error("the policy is broken");
      if (mood === "allow") return { effect: "allow", reasons: [] };
      return { effect: mood === "deny" ? "deny" : "require_approval", reasons };
    };
    return {
      version: "1",
      supports: { rateLimits: false },
      check: ({ tool }) =>
        this.walk.setting.isPolicySlow
          ? new Promise((resolve) => clock.setTimer(() => resolve(Promise.resolve().then(() => check(tool?.name))), 3))
          : check(tool?.name),
    };
  }

  private ask(): Promise<boolean | ApprovalAnswer> {
    return new Promise((answer) => this.asked.push({ answer }));
  }

  private answer(number: number, how: "yes" | "no" | "fail"): void {
    const asked = pick(this.asked, number);
    if (asked === undefined) return;
    this.asked = this.asked.filter((each) => each !== asked);
    asked.answer(how === "fail" ? Promise.reject(new Error("the approver failed")) : how === "yes");
  }

  private attempt(act: () => unknown): void {
    try {
      act();
    } catch (error) {
      this.judge(error);
    }
  }

  private controllerOf({ run }: SeenCall): AbortController | undefined {
    const { signal } = run.request;
    return this.waiting.find(({ controller }) => controller !== undefined && controller.signal === signal)?.controller;
  }
}

function pick<T>(from: readonly T[], number: number): T | undefined {
  return from.length === 0 ? undefined : from[number % from.length];
}
