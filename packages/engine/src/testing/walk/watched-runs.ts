import type { Plan } from "../../plan/plan.js";
import { IRREVERSIBLE, LEADS_TO_ABORT, MAY_ABORT } from "../../plan/plan-flags.js";
import { OpenRuns } from "../../run/open-runs.js";
import { Run, type RunPhase } from "../../run/run.js";
import { Board } from "../../run/board.js";
import { type Phase, type Slot } from "../../run/slot.js";

/** From where each way of the board may be taken. */
const WAYS = {
  waitForPlace: ["at_gate"],
  placeIsFree: ["waiting_for_place"],
  holdBack: ["at_gate"],
  waitForApproval: ["at_gate"],
  wait: ["at_gate", "calling", "backing_off"],
  call: ["at_gate"],
  perform: ["at_gate"],
  answered: ["calling"],
  backOff: ["calling"],
  tryAgain: ["backing_off"],
} as const satisfies Partial<Record<keyof Board, readonly Phase[]>>;

/** From where each way of a run may be taken. */
const RUN_WAYS = {
  queue: ["open"],
  leaveQueue: ["queued"],
  begin: ["open"],
  suspend: ["running"],
  reopen: ["suspended"],
  wake: ["suspended"],
  answer: ["open", "settling"],
  disown: ["open", "settling"],
} as const satisfies Partial<Record<keyof Run, readonly RunPhase[]>>;

const RUNNING: ReadonlySet<Phase> = new Set<Phase>(["at_gate", "calling", "backing_off", "waiting_for_approval"]);
const READY: ReadonlySet<Phase> = new Set<Phase>(["ready", "waiting_for_place"]);

/** All runs that are made from now on, and what they do that they may not. */
export class WatchedRuns {
  readonly runs: Run[] = [];
  readonly problems: string[] = [];
  private readonly undo: (() => void)[] = [];

  constructor() {
    this.patch(OpenRuns.prototype, "add", (_open, [run]) => {
      if (!this.runs.includes(run as Run)) this.runs.push(run as Run);
    });
    for (const [name, from] of Object.entries(WAYS)) {
      this.patch(Board.prototype, name as keyof Board, (_board, [slot]) => this.check(name, slot as Slot, from));
    }
    for (const [name, from] of Object.entries(RUN_WAYS)) {
      this.patch(Run.prototype, name as keyof Run, (run) => this.checkRun(name, run, from));
    }
    this.patch(
      Board.prototype,
      "take",
      () => undefined,
      (board, taken) => {
        if (taken !== undefined) this.checkOrder(board, taken as Slot);
      },
    );
    this.patch(Run.prototype, "settle", (run) => {
      const left = run.board.slots.filter((slot) => slot.phase !== "done" && run.board.isScheduled(slot));
      if (run.isActive && left.length > 0)
        this.problems.push(`a run settles, and ${left.length} actions have not ended`);
    });
  }

  /** Everything is as it was. */
  stop(): void {
    for (const each of this.undo) each();
  }

  private check(name: string, { phase, action, errand }: Slot, from: readonly Phase[]): void {
    // A restored action is told of what an earlier process had found out about it.
    if (name === "answered" && (phase === "waiting" || phase === "ready")) return;
    if (!from.includes(phase)) {
      this.problems.push(`\`${name}\` of ${action.id}${errand ? ", a compensation" : ""}, which is ${phase}`);
    }
  }

  private checkRun(name: string, { phase }: Run, from: readonly RunPhase[]): void {
    if (!from.includes(phase)) this.problems.push(`\`${name}\` of a run that is ${phase}`);
  }

  /** What cannot be undone starts when nothing may undo the batch any more but what comes after it. */
  private checkOrder(board: Board, { index, action }: Slot): void {
    const { plan, queue } = board as unknown as { readonly plan: Plan; readonly queue: Pick<Plan, "flags"> };
    const { ordered } = plan;
    const { flags } = queue;
    const has = (slot: number, flag: number): boolean => (flags[slot]! & flag) !== 0;
    if (!ordered || !has(index, IRREVERSIBLE)) return;
    const others = board.slots.filter((other) => other.index !== index);
    const inTheWay = others.filter(({ index: other, phase }) => {
      const isFinal = has(other, IRREVERSIBLE);
      if (!isFinal && has(other, MAY_ABORT | LEADS_TO_ABORT)) return RUNNING.has(phase) || READY.has(phase);
      const runs = RUNNING.has(phase) || (isFinal && phase === "waiting_for_place");
      return runs && (has(other, MAY_ABORT) || (has(other, LEADS_TO_ABORT) && !has(index, LEADS_TO_ABORT)));
    });
    if (inTheWay.length === 0) return;
    const names = inTheWay.map((other) => `${other.action.id}, ${other.phase}`).join("; ");
    this.problems.push(`${action.id} starts and cannot be undone, and the batch may still be: ${names}`);
  }

  private patch<T extends object>(
    target: T,
    name: keyof T,
    before: (self: T, given: readonly unknown[]) => void,
    after: (self: T, answer: unknown) => void = () => undefined,
  ): void {
    const original = target[name] as (...given: unknown[]) => unknown;
    target[name] = function (this: T, ...given: unknown[]) {
      before(this, given);
      const answer = original.apply(this, given);
      after(this, answer);
      return answer;
    } as T[keyof T];
    this.undo.push(() => (target[name] = original as T[keyof T]));
  }
}
