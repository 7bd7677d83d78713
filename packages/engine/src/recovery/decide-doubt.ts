import type { Reason } from "@car/ir";
import { epochMsOf } from "@car/ir/internal";
import { hasProbe, isExternal } from "../dispatch/external.js";
import { isVerified } from "../image/before-call.js";
import { readNow } from "../image/read-image.js";
import { askProbe } from "../probe/ask-probe.js";
import { failed, type Outcome } from "../run/outcome.js";
import { hasRetriesLeft, mayRepeat } from "../run/retry.js";
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

/** Nobody has said how the call ended. */
const OPEN = { sideEffect: "unknown" } as const;

/** Decides what a call did whose process ended during it: by its probe, by what the host said of its tool, by the host. */
export async function decideDoubt(run: Run, slot: Slot, deciding: Deciding): Promise<Decided> {
  const { recovery, recorded, isLost } = deciding;
  const probed = await decidedByProbe(run, slot, recorded);
  if (probed !== undefined) return isLost ? givenUp(probed) : probed;
  if (isLost) return decidedBy("failed");
  // The host's word that the tool is idempotent, or that it leaves nothing, makes another attempt safe; nobody is asked.
  if (mayRepeat(run, slot, OPEN)) return { ...decidedBy("rerun"), by: undefined };
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

async function decidedByProbe(run: Run, slot: Slot, recorded: RecordedAction): Promise<Decided | undefined> {
  if (!hasProbe(run, slot)) return undefined;
  const startedAt = epochMsOf(recorded.startedAt);
  const probed = await askProbe(run, slot, { attempt: slot.attempts, startedAt });
  if (probed === "unknown") {
    run.board.answered(slot, 0, "unknown");
    return undefined;
  }
  if (probed === "not_happened") {
    const isAgain = mayRepeat(run, slot, OPEN) || hasRetriesLeft(run, slot);
    return { isAgain, outcome: NOTHING_DONE, by: "probe", answer: isAgain ? "rerun" : "not_happened" };
  }
  run.board.answered(slot, 0, "acted");
  if (probed.status === "succeeded") await seeAfter(run, slot);
  return { isAgain: false, outcome: probed, by: "probe", answer: "output" };
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
} as const satisfies Record<Answered, string>;

/** Of a call that did not happen its probe has told. */
type Answered = Exclude<Doubt["answer"], "not_happened">;

/** The doubt, and what is made of it, in words. */
export function doubtOf(answer: Answered): Reason {
  const message = `the process ended during the call; whether it acted is not known, ${CONSEQUENCE[answer]}`;
  return { code: "in_doubt", message };
}
