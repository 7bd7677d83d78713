import { rejected } from "../run/outcome.js";
import type { Run } from "../run/run.js";
import type { Slot } from "../run/slot.js";
import { messageOf } from "../run/thrown.js";
import { isWait, waitFor, type WaitFor } from "../run/wait.js";
import { askApproval } from "./approval.js";
import { authorize } from "./authorize.js";
import { deduplicate } from "./deduplicate.js";
import { type Gate, type GateAnswer, type GateVerdict, type Passing, PROCEED } from "./gate.js";
import { limitRate } from "./rate.js";
import { resolveReferences } from "./references.js";
import { reserveBudget } from "./reserve-budget.js";
import { refuseRevoked, restrict } from "./restrict.js";
import { serveFromCache } from "./serve-from-cache.js";
import { validate } from "./validate.js";

const FIRST = 1;
const FURTHER = 2;
/** Once more, when a later gate had to wait: permission may have changed meanwhile. */
const AFTER_WAIT = 4;
/** The call by which a proposer wants an action undone. */
const MODEL_UNDO = 8;
/** The host's own call: its compensation, or its reader. */
const HOST_CALL = 16;
const HOST_CALL_AFTER_WAIT = 32;

const PERMISSION = FIRST | FURTHER | AFTER_WAIT | MODEL_UNDO;
const EVERY = PERMISSION | HOST_CALL | HOST_CALL_AFTER_WAIT;

interface Step {
  readonly gate: Gate;
  readonly name: string;
  /** Occasions on which it is passed. */
  readonly on: number;
}

/** The gates before an attempt, in order. Permission comes before any stored answer (4.1). */
const GATES: readonly Step[] = [
  { name: "references", gate: resolveReferences, on: FIRST },
  { name: "revoked", gate: refuseRevoked, on: EVERY },
  { name: "capability", gate: restrict, on: PERMISSION },
  { name: "validate", gate: validate, on: PERMISSION | HOST_CALL },
  { name: "authorize", gate: authorize, on: PERMISSION },
  { name: "approve", gate: askApproval, on: PERMISSION },
  { name: "deduplicate", gate: deduplicate, on: FIRST },
  { name: "cache", gate: serveFromCache, on: FIRST },
  { name: "budget", gate: reserveBudget, on: FIRST | FURTHER | MODEL_UNDO },
  { name: "rate", gate: limitRate, on: FIRST | FURTHER | MODEL_UNDO | HOST_CALL },
];

interface Occasion extends Passing {
  readonly on: number;
  readonly afterWait: number;
}

const OCCASIONS = {
  first: { on: FIRST, isAgain: false, afterWait: AFTER_WAIT },
  further: { on: FURTHER, isAgain: true, afterWait: AFTER_WAIT },
  afterImage: { on: AFTER_WAIT, isAgain: true, afterWait: AFTER_WAIT },
  modelUndo: { on: MODEL_UNDO, isAgain: false, afterWait: AFTER_WAIT },
  hostCall: { on: HOST_CALL, isAgain: false, afterWait: HOST_CALL_AFTER_WAIT },
} as const satisfies Record<string, Occasion>;

/** On what occasion a call goes through the gates. */
export type OccasionName = keyof typeof OCCASIONS;

/** Permission that changes with every wait is not permission. */
const MAX_ROUNDS = 8;

/** Told of the verdict of a passage that had to wait. */
export type OnVerdict = (run: Run, slot: Slot, verdict: GateVerdict) => void;

/**
 * Takes an action through the gates. The first gate that stops it has the last word.
 * @returns the verdict, or `undefined` when something has to be waited for; then `onVerdict` is called, unless the action
 * ends before.
 */
export function passGates(run: Run, slot: Slot, name: OccasionName, onVerdict: OnVerdict): GateVerdict | undefined {
  const occasion: Occasion = OCCASIONS[name];
  for (let at = 0; at < GATES.length; at++) {
    const answer = ask(at, run, slot, occasion);
    // Whoever was asked may have given the run up, and with it the action.
    if (slot.phase === "done") return undefined;
    if (answer === PROCEED) continue;
    if (!isWait(answer)) return answer;
    new Passage(run, slot, occasion, onVerdict).wait(answer, at, occasion);
    return undefined;
  }
  return PROCEED;
}

/** A gate's answer; what it throws refuses. */
function ask(at: number, run: Run, slot: Slot, occasion: Occasion): GateAnswer {
  const { gate, on } = GATES[at]!;
  if ((on & occasion.on) === 0) return PROCEED;
  try {
    return gate(run, slot, occasion);
  } catch (error) {
    return refused(run, at, error);
  }
}

function refused(run: Run, at: number, error: unknown): GateVerdict {
  const { name } = GATES[at]!;
  run.host.logger.error({ error, gate: name, run_id: run.scope.run_id }, "a gate failed; the action is refused");
  return rejected({ code: "failed", message: `the gate \`${name}\` failed: ${messageOf(error)}` });
}

/** A way through the gates that waits at least once. */
class Passage {
  private readonly run: Run;
  private readonly slot: Slot;
  private readonly occasion: Occasion;
  private readonly onVerdict: OnVerdict;
  /** Something was queued for since permission was asked. */
  private isStale = false;
  private rounds = 0;
  /** What comes of it if permission is still there. */
  private pending: GateVerdict | undefined = undefined;

  constructor(run: Run, slot: Slot, occasion: Occasion, onVerdict: OnVerdict) {
    this.run = run;
    this.slot = slot;
    this.occasion = occasion;
    this.onVerdict = onVerdict;
  }

  /** Waits at gate `at`, and goes on from there. */
  wait(wait: WaitFor<unknown, GateAnswer>, at: number, occasion: Occasion): void {
    waitFor(this.run, this.slot, wait, (end) => {
      if (wait.isQueue === true) this.isStale = true;
      let answer: GateAnswer;
      try {
        answer = wait.next(end);
      } catch (error) {
        answer = refused(this.run, at, error);
      }
      this.take(answer, at, occasion);
    });
  }

  private take(answer: GateAnswer, at: number, occasion: Occasion): void {
    while (answer === PROCEED && this.slot.phase !== "done" && ++at < GATES.length) {
      answer = ask(at, this.run, this.slot, occasion);
    }
    if (this.slot.phase === "done") return;
    if (isWait(answer)) this.wait(answer, at, occasion);
    else this.conclude(answer);
  }

  /** A stored answer that was waited for is no licence either: it is served only to a caller that may still ask. */
  private conclude(answer: GateVerdict): void {
    const verdict = answer === PROCEED ? (this.pending ?? PROCEED) : answer;
    const isGood = verdict === PROCEED || isSuccess(verdict);
    if (!this.isStale || !isGood) return this.onVerdict(this.run, this.slot, verdict);
    if (++this.rounds > MAX_ROUNDS) return this.onVerdict(this.run, this.slot, restless());
    this.isStale = false;
    this.pending = verdict;
    this.take(PROCEED, -1, { on: this.occasion.afterWait, isAgain: true, afterWait: this.occasion.afterWait });
  }
}

function isSuccess(verdict: GateVerdict): boolean {
  return typeof verdict === "object" && verdict.status === "succeeded";
}

function restless(): GateVerdict {
  const message = `permission had to be waited for ${MAX_ROUNDS} times, and each time it had to be asked for again`;
  return rejected({ code: "approval_required", message });
}
