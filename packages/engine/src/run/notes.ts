import type { EntryWrite, Reason, Transition } from "@car/ir";
import type { Charge } from "../budget/budget-meter.js";
import type { FlowNote } from "../flow/flow-note.js";
import type { ImageNote } from "../image/image-note.js";
import type { ApprovalNote } from "../approvals/approval-note.js";
import type { ReuseNote } from "../reuse/reuse-note.js";
import type { RecordedWrite } from "../reuse/recorded-answer.js";
import type { Run } from "./run.js";

/** What the parts of the engine remember about one action beside where it stands. Most actions need none of it. */
export class Notes {
  /** Of the approval gate. */
  approval: ApprovalNote | undefined = undefined;
  /** Of receipts and caches: an answer that was served, or that this call is to give. */
  reuse: ReuseNote | undefined = undefined;
  /** Of the data flow. */
  flow: FlowNote | undefined = undefined;
  /** What the successful attempt wrote through its state handle. */
  handleWrites: ReadonlyMap<string, EntryWrite> | undefined = undefined;
  /** State changes of its success, where they are not just what it claims. */
  changes: readonly Transition[] | undefined = undefined;
  /** Writes of the tool itself, with their origins. */
  toolWrites: readonly RecordedWrite[] | undefined = undefined;
  /** Of the reader of what it changes. */
  image: ImageNote | undefined = undefined;
  /** When the attempt began of which a probe is asked, in milliseconds since the epoch. */
  askedFrom = 0;
  /** Attempts that somebody knows of after all, by a probe or by their own late answer: each is counted out of `unanswered` once. */
  probed: Set<number> | undefined = undefined;
  /** Reserved of the budget, and not used yet. */
  charge: Charge | undefined = undefined;
  /** Counted among the calls of the session. */
  isCounted = false;
  /** A place of its tool is held. */
  hasPlace = false;
  /** When it began to wait for a place. */
  parkedAt: number | undefined = undefined;
  /** The run ended the action, not the action the run. */
  isGivenUp = false;
  /** It was skipped for a predecessor while the run still went on: no budget has a part in it. */
  isSkippedEarly = false;
  /** Calls that nobody waits for any more and that have not answered: they may act at any time. */
  unanswered = 0;
  /** Those that there were when its compensation began: they may have acted after it. */
  unansweredAtUndo = 0;
  /** Whether its compensation succeeded, once one was due. */
  compensated: boolean | undefined = undefined;
  /** Why it did not. */
  undoProblem: Reason | undefined = undefined;
  /** When its compensation had begun, in milliseconds since the epoch, if an earlier process ended before it did. */
  undoBeganAt: number | undefined = undefined;
  /** Runs that its tool started and that have ended. */
  children: Run[] | undefined = undefined;
  /** Its tool had started runs of which nobody knows any more what they may have left. */
  hasLostChildren = false;
}
