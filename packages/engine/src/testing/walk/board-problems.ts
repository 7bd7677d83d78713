import { IRREVERSIBLE, LEADS_TO_ABORT, MAY_ABORT } from "../../plan/plan-flags.js";
import type { Run } from "../../run/run.js";
import type { Board } from "../../run/board.js";
import type { Phase, Slot } from "../../run/slot.js";

const IN_FLIGHT: ReadonlySet<Phase> = new Set<Phase>(["at_gate", "calling", "backing_off"]);
const THREAT = MAY_ABORT | LEADS_TO_ABORT;

/** The private parts that are recomputed. */
interface Inside {
  readonly queue: {
    /** What turned out to be irreversible is so here. */
    readonly flags: readonly number[];
    readonly held:
      | Readonly<Record<"readyThreats" | "runningAborts" | "runningOrdinaryThreats" | "runningLeading", number>>
      | undefined;
  };
}

/**
 * What does not hold of a run at a moment at which nothing goes on by itself: `slot.ts` I1 to I9, `run.ts` R1 to R3, all of it
 * recomputed from the phases of the actions.
 */
export function boardProblems(run: Run): readonly string[] {
  const problems: string[] = [];
  const must = (holds: boolean, what: string): void => {
    if (!holds)
      problems.push(`${what} (run ${run.phase}${run.stop === undefined ? "" : `, stopped by ${run.stop.kind}`})`);
  };
  checkCounts(run, must);
  for (const slot of run.board.slots) checkSlot(run, slot, must);
  checkQueue(run, must);
  checkCompletions(run.board, must);
  checkRun(run, must);
  return problems;
}

type Must = (holds: boolean, what: string) => void;

function having(board: Board, is: (phase: Phase, slot: Slot) => boolean): readonly Slot[] {
  return board.slots.filter((slot) => is(slot.phase, slot));
}

/** Of a run that was refused, or has not begun, the board was never used. */
function isUnused({ board, phase }: Run): boolean {
  if (phase === "open" || phase === "queued") return true;
  return (phase === "settled" || phase === "disowned") && board.slots.every((slot) => slot.phase === "waiting");
}

function checkCounts(run: Run, must: Must): void {
  if (isUnused(run)) return;
  const { board } = run;
  const open = having(board, (each, slot) => each !== "done" && board.isScheduled(slot)).length;
  must(board.open === open, `I6: open is ${board.open}, ${open} have not ended`);
  const inFlight = having(board, (each) => IN_FLIGHT.has(each)).length;
  must(board.inFlight === inFlight, `I6: in flight is ${board.inFlight}, ${inFlight} are`);
  const parked = having(board, (each) => each === "waiting_for_place").length;
  must(board.parked === parked, `I6: parked is ${board.parked}, ${parked} are`);
  const awaiting = having(board, (each) => each === "waiting_for_approval").length;
  must(board.awaiting === awaiting, `I6: awaiting is ${board.awaiting}, ${awaiting} are`);
}

function checkSlot(run: Run, slot: Slot, must: Must): void {
  const { board, plan } = run;
  const { phase, action, hold, attempt, outcome, tool, notes, index } = slot;
  const name = `${action.id}, ${phase}`;
  must((phase === "done") === (outcome !== undefined), `I1: ${name}: outcome ${outcome?.status}`);
  const isWaiting = phase === "at_gate" || phase === "backing_off" || phase === "waiting_for_place";
  // A reader may be asked how the call left things; what a probe is asked ends by itself.
  const isJudged = phase === "calling" && attempt === undefined;
  must(isWaiting === (hold !== undefined) || isJudged, `I3: ${name}: ${hold === undefined ? "no wait" : "a wait"}`);
  must(
    (phase === "calling") === (attempt !== undefined) || (isJudged && mayBeAsked(slot)),
    `I4: ${name}: ${attempt === undefined ? "no" : "an"} attempt`,
  );
  const holdsPlace = notes?.hasPlace === true;
  const wantsPlace = tool?.places !== undefined && IN_FLIGHT.has(phase);
  must(holdsPlace === wantsPlace, `I5: ${name}: ${holdsPlace ? "a place" : "no place"}`);
  must(notes?.charge === undefined || IN_FLIGHT.has(phase), `a budget is reserved for ${name}`);
  const before = having(board, (_phase, each) => leadsTo(plan, each.index, index) > 0);
  const open = before.reduce((sum, each) => sum + (each.phase === "done" ? 0 : leadsTo(plan, each.index, index)), 0);
  if (isUnused(run) || !board.isScheduled(slot)) return;
  if (phase === "waiting") must(open > 0, `I2: ${name}: nothing before it is open`);
  else if (phase !== "done") must(open === 0, `I2: ${name}: ${open} before it are open`);
}

function mayBeAsked({ tool, hold }: Slot): boolean {
  return tool?.probe !== undefined || (hold !== undefined && tool?.schema.before?.verify === true);
}

function leadsTo({ graph: { offsets, targets } }: Run["plan"], from: number, to: number): number {
  let edges = 0;
  for (let e = offsets[from]!; e < offsets[from + 1]!; e++) if (targets[e] === to) edges++;
  return edges;
}

function checkQueue({ board, plan, stop }: Run, must: Must): void {
  const { held, flags } = (board as unknown as Inside).queue;
  must((held !== undefined) === plan.ordered, "I7: only an ordered plan holds anything back");
  if (held === undefined) return;
  const has = ({ index }: Slot, flag: number): boolean => (flags[index]! & flag) !== 0;
  const isFinal = (slot: Slot): boolean => has(slot, IRREVERSIBLE);
  const running = having(
    board,
    (phase, slot) =>
      IN_FLIGHT.has(phase) || phase === "waiting_for_approval" || (phase === "waiting_for_place" && isFinal(slot)),
  );
  const ready = having(board, (phase) => phase === "ready" || phase === "waiting_for_place");
  const expected = {
    readyThreats: ready.filter((slot) => !isFinal(slot) && has(slot, THREAT)).length,
    runningAborts: running.filter((slot) => has(slot, MAY_ABORT)).length,
    runningOrdinaryThreats: running.filter((slot) => !isFinal(slot) && has(slot, THREAT)).length,
    runningLeading: running.filter((slot) => isFinal(slot) && has(slot, LEADS_TO_ABORT)).length,
  };
  for (const [name, count] of Object.entries(expected)) {
    const counted = held[name as keyof typeof expected];
    // What was ready when the run was given up has left without a word to the queue: nobody asks it any more.
    const isMoot = name === "readyThreats" && stop !== undefined;
    must(counted === count || isMoot, `I7: ${name} is ${counted}, ${count} are`);
  }
}

function checkCompletions({ slots }: Board, must: Must): void {
  const numbers = slots.flatMap(({ completion }) => (completion > 0 ? [completion] : []));
  must(new Set(numbers).size === numbers.length, `I9: completions ${numbers.join()}`);
  for (const { action, outcome, sideEffect, completion, phase } of slots) {
    const isDue = phase === "done" && (outcome?.status === "succeeded" || sideEffect !== "none");
    must(!isDue || completion > 0, `I9: ${action.id} may need undoing and has no number`);
  }
}

function checkRun({ board, phase, stop, extras, plan, config }: Run, must: Must): void {
  const isActive = phase === "running" || phase === "stopping";
  const { lease, children, drainTimer, durationTimer, detachSignal } = extras;
  const hasKeys = plan.locks.reads.length + plan.locks.writes.length > 0;
  const holdsLocks = isActive || phase === "settling";
  const isRight = (lease !== undefined) === (hasKeys && holdsLocks) || phase === "open" || phase === "suspended";
  must(isRight, `R1: ${lease === undefined ? "no" : "the"} locks are held`);
  must((phase === "stopping") === (stop !== undefined) || !isActive, "R2: stopped or not");
  const isQuiet = board.inFlight === 0 && board.parked === 0;
  const isFree = isQuiet && (children?.size ?? 0) === 0;
  must(!isActive || board.isHeld || !isFree, "R3: nothing goes on, and the run does not end");
  // Only compensations may still start runs.
  must(isActive || isQuiet, "R3: something goes on after the end");
  const timers = [drainTimer, durationTimer, detachSignal].filter((each) => each !== undefined).length;
  must(isActive || phase === "suspended" || timers === 0, `${timers} timers or signals are left`);
  const mayStart = phase === "running" && board.inFlight < config.maxConcurrency && !board.isHeld;
  const idle = having(board, (each) => each === "ready");
  must(!mayStart || plan.ordered || idle.length === 0, `${idle.length} actions are ready, and none is started`);
}
