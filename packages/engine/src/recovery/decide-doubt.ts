import type { Reason } from "@car/ir";
import { epochMsOf } from "@car/ir/internal";
import { isExternal } from "../dispatch/call-tool.js";
import { isVerified } from "../image/before-call.js";
import { readNow } from "../image/read-image.js";
import { askProbe } from "../probe/ask-probe.js";
import { leftByRunsOf } from "../run/external-effects.js";
import { failed, type Outcome } from "../run/outcome.js";
import type { Run } from "../run/run.js";
import { notesOf, type Slot } from "../run/slot.js";
import { askInDoubt } from "./ask-in-doubt.js";
import type { InDoubtAnswer } from "./in-doubt.js";
import type { RecordedAction } from "./recorded-run.js";
import { answerName, type Doubt, type Recovery } from "./recovery.js";

/** What is made of a call in doubt. */
export interface Decided {
  /** It is made again, under the same idempotency key. */
  readonly isAgain: boolean;
  /** How the action ends, if it is not made again after all. */
  readonly outcome: Outcome;
  /** By whose word; nothing, where nobody needed to be asked. */
  readonly by: "probe" | "host" | undefined;
  readonly answer: Doubt["answer"];
}

interface Deciding {
  readonly recovery: Recovery;
  readonly recorded: RecordedAction;
  /** The run is being given up: nothing of it is made again. */
  readonly isLost: boolean;
}

/** Decides what a call did whose process ended during it: by its probe, by what the host said of its tool, by the host. */
export async function decideDoubt(run: Run, slot: Slot, deciding: Deciding): Promise<Decided> {
  const { recovery, recorded, isLost } = deciding;
  const probed = await decidedByProbe(run, slot, recorded);
  if (probed !== undefined) return isLost ? givenUp(probed) : probed;
  if (isLost) return decidedBy("failed");
  // The host's word that the tool is idempotent, or that it leaves nothing, makes another attempt safe; nobody is asked.
  if (mayRepeat(run, slot)) return { ...decidedBy("rerun"), by: undefined };
  const answer = await askInDoubt(run, slot, recovery);
  if (typeof answer !== "object") return decidedBy(answer);
  run.board.answered(slot, 0, isExternal(run, slot) ? "acted" : "none");
  notesOf(slot).unanswered--;
  await seeAfter(run, slot);
  return decidedBy(answer);
}

/** The same in a run that is given up: nothing is made again. */
export function givenUp(decided: Decided): Decided {
  if (!decided.isAgain) return decided;
  return { ...decided, isAgain: false, answer: decided.by === "probe" ? "not_happened" : "failed" };
}

/** Whether the tool's own word makes another attempt safe. */
function mayRepeat(run: Run, slot: Slot): boolean {
  if (slot.tool?.schema.idempotent === true) return true;
  return !isExternal(run, slot) && leftByRunsOf(run, slot) === "none";
}

async function decidedByProbe(run: Run, slot: Slot, recorded: RecordedAction): Promise<Decided | undefined> {
  if (!hasProbe(run, slot)) return undefined;
  const startedAt = epochMsOf(recorded.startedAt);
  const probed = await askProbe(run, slot, { attempt: slot.attempts, startedAt });
  if (probed === "unknown") {
    run.board.answered(slot, 0, "unknown");
    return undefined;
  }
  if (probed === "not_happened") {
    const isAgain = mayRepeat(run, slot) || hasRetries(run, slot);
    return { isAgain, outcome: NOTHING_DONE, by: "probe", answer: isAgain ? "rerun" : "not_happened" };
  }
  run.board.answered(slot, 0, "acted");
  if (probed.status === "succeeded") await seeAfter(run, slot);
  return { isAgain: false, outcome: probed, by: "probe", answer: "output" };
}

/** Whether somebody is asked before what the call may have done counts as unknown. */
export function hasProbe(run: Run, slot: Slot): boolean {
  return slot.tool?.probe !== undefined && isExternal(run, slot);
}

function hasRetries({ config }: Run, { action, attempts }: Slot): boolean {
  return action.failure_behavior === "retry" && attempts <= Math.min(action.max_retries, config.limits.max_retries);
}

/** Sees how a call left things that is known to have been made. */
async function seeAfter(run: Run, slot: Slot): Promise<void> {
  if (!isVerified(slot)) return;
  const reading = await readNow(run, slot, "after");
  if ("image" in reading) slot.notes!.image!.after = reading.image;
}

const NOTHING_DONE: Outcome = failed(
  {
    code: "failed",
    message: "the process ended during the call; asked about it, its tool says that nothing was done",
    class: "transient",
  },
  "transient",
);

/** What follows from an answer. */
function decidedBy(answer: InDoubtAnswer): Decided {
  const isOutput = typeof answer === "object";
  const outcome: Outcome = isOutput ? { status: "succeeded", output: answer.output } : failed(doubtOf("failed"));
  return { isAgain: answer === "rerun", outcome, by: "host", answer: answerName(answer) };
}

const CONSEQUENCE = {
  failed: "so it is not made again",
  rerun: "and it is made again, as the host has answered",
  output: "and it counts as done, as the host has answered",
  not_happened: "and it counts as not done",
} as const satisfies Record<Doubt["answer"], string>;

/** The doubt, and what is made of it, in words. */
export function doubtOf(answer: Doubt["answer"]): Reason {
  const message = `the process ended during the call; whether it acted is not known, ${CONSEQUENCE[answer]}`;
  return { code: "in_doubt", message };
}
