import { getEventListeners } from "node:events";
import type { CarEvent, ProposalResult } from "@car/ir";
import { collectEvents } from "@car/conformance/internal";
import { replayState } from "@car/eventlog";
import type { BudgetMeter } from "../../budget/budget-meter.js";
import type { Run } from "../../run/run.js";
import type { Walk } from "./any-walk.js";
import type { SeenCall } from "./outside.js";
import { Walker } from "./walker.js";

/** Takes a walk to its end. What did not hold on the way, or does not at the end; nothing when all did. */
export async function takeWalk(walk: Walk): Promise<readonly string[]> {
  const walker = new Walker(walk);
  try {
    await walker.start();
    for (const [step, calm] of walk.steps) {
      await walker.step(step);
      if (calm) await walker.check();
      if (found(walker).length > 0) return found(walker);
    }
    await endAll(walker);
    return [...found(walker), ...(found(walker).length > 0 ? [] : await atTheEnd(walker))];
  } finally {
    walker.watched.stop();
  }
}

function found({ problems, outside, watched }: Walker): readonly string[] {
  return [...problems, ...outside.problems, ...watched.problems];
}

/** Nobody does anything any more: whatever waits ends by its own bounds. */
async function endAll(walker: Walker): Promise<void> {
  const { process } = walker;
  for (let round = 0; round < 60 && walker.waiting.some(({ isOver }) => !isOver); round++) {
    await process.clock.advanceAsync(100);
    await walker.check();
  }
  const open = walker.waiting.filter(({ isOver }) => !isOver).length;
  if (open > 0) walker.problems.push(`${open} promises of \`execute\` do not settle`);
}

async function atTheEnd(walker: Walker): Promise<readonly string[]> {
  const { process } = walker;
  const problems: string[] = [];
  if (!process.isClosed && !isBroken(walker)) problems.push(...(await lockProblems(walker)));
  for (const call of walker.outside.open()) walker.outside.end(call, "answer");
  await walker.check();
  const closed = process.runtime.close().catch(() => undefined);
  for (let round = 0; round < 20; round++) await process.clock.advanceAsync(100);
  await closed;
  const events = await collectEvents(process.log);
  problems.push(...leftProblems(walker), ...toldProblems(walker), ...undoProblems(events), ...budgetProblems(walker));
  if (!isBroken(walker)) problems.push(...(await stateProblems(walker, events)));
  return [...problems, ...found(walker)];
}

function isBroken({ process: { log } }: Walker): boolean {
  return log.last + 1 >= log.failsAt || log.failsAt < Number.POSITIVE_INFINITY;
}

/** Whatever anybody has locked, a later run gets it. */
async function lockProblems(walker: Walker): Promise<readonly string[]> {
  const actions = ["k0", "k1"].map((key) => ({
    id: key,
    type: "state_write" as const,
    parameters: { key, value: "last" },
  }));
  const { runtime, clock } = walker.process;
  const run = runtime.execute({ actions });
  await clock.advanceAsync(200);
  const result = await Promise.race([run, clock.advanceAsync(0).then(() => undefined)]);
  if (result?.status === "committed") return [];
  return [`a later run on the same keys is ${result?.status ?? "not answered"} ${result?.cause?.code ?? ""}`];
}

/** What nobody has taken away. */
function leftProblems(walker: Walker): readonly string[] {
  const { clock } = walker.process;
  const problems: string[] = [];
  if (clock.pending() > 0) problems.push(`${clock.pending()} timers are left`);
  for (const signal of walker.signals) {
    const listeners = signal.aborted ? 0 : getEventListeners(signal, "abort").length;
    if (listeners > 0 && walker.process.firstRun === 0) problems.push(`${listeners} listeners are left on a signal`);
  }
  for (const run of walker.runs()) {
    if (run.phase !== "settled" && run.phase !== "disowned" && run.phase !== "suspended") {
      problems.push(`a run is left ${run.phase}`);
    }
    for (const { tool } of run.board.slots) {
      const { max_concurrency: places } = tool?.schema ?? {};
      if (places === undefined) continue;
      const free = Array.from({ length: places }, () => tool!.places!.tryAcquire()).filter(Boolean).length;
      if (free < places) problems.push(`${free} of ${places} places of \`${tool!.schema.name}\` are free`);
      for (let at = 0; at < free; at++) tool!.places!.release();
    }
  }
  return problems;
}

/** Results, held against what has happened outside: in the run, and in those that its tools started. */
function toldProblems({ told, watched, outside }: Walker): readonly string[] {
  const parents = new Map<string, string>();
  for (const { scope, request } of watched.runs) {
    // What a compensation has done is not what is undone.
    if (request.parent?.slot.errand === undefined && request.parent !== undefined) {
      parents.set(scope.run_id, request.parent.run.scope.run_id);
    }
  }
  const isPartOf = (run: string | undefined, of: string): boolean =>
    run !== undefined && (run === of || isPartOf(parents.get(run), of));
  return [...told.values()].flatMap((result) => {
    const calls = outside.calls.filter(({ run }) => isPartOf(run.scope.run_id, result.run_id));
    const runs = watched.runs.filter(({ scope }) => isPartOf(scope.run_id, result.run_id));
    return resultProblems(result, calls, runs);
  });
}

function resultProblems(
  { status, external_effects: told, run_id }: ProposalResult,
  calls: readonly SeenCall[],
  runs: readonly Run[],
): readonly string[] {
  const own = calls.filter(({ isUndo }) => !isUndo);
  if (status === "rejected") return own.length === 0 ? [] : [`${own.length} calls of a run that was rejected`];
  if (status === "committed") return told === "none" ? [] : [`committed, and tells ${told}`];
  const isUndone = ({ run, slot, actedAfter }: SeenCall): boolean =>
    calls.some(
      (each) =>
        isSame(each, run.scope.run_id, slot.action.id) && each.isUndo && each.hasActed && each.number >= actedAfter,
    );
  const left = own.filter((call) => call.isExternal && call.hasActed && !isUndone(call));
  const names = left.map(({ tool, slot }) => `${tool} for ${slot.action.id}`).join(", ");
  if (told === "none") return left.length === 0 ? [] : [`${status}, tells that nothing remains, and ${names} does`];
  if (told === "unknown") {
    const isOpen = own.some(({ isExternal, ending, isLate }) => isExternal && (isLate || ending !== "answer"));
    const wasCut = runs.some(({ recovery }) => recovery !== undefined);
    return isOpen || wasCut || left.length > 0
      ? []
      : [`${status}, tells that it does not know, and everything is known`];
  }
  // What remained when it was suspended may have been undone since.
  if (status === "suspended") return [];
  const failedUndo = runs.some(({ board }) => board.slots.some(({ notes }) => notes?.compensated === false));
  return left.length > 0 || failedUndo ? [] : [`${status}, tells that something remains, and nothing does (${run_id})`];
}

function isSame({ run, slot }: SeenCall, runId: string, actionId: string): boolean {
  return run.scope.run_id === runId && slot.action.id === actionId;
}

/** Each compensation is made at most once, the last call that ended first. */
function undoProblems(events: readonly CarEvent[]): readonly string[] {
  const problems: string[] = [];
  const endOf = new Map<string, number>();
  const lastUndone = new Map<string, number>();
  const done = new Set<string>();
  for (const { kind, run_id, action_id, seq } of events) {
    const name = `${run_id ?? ""} ${action_id ?? ""}`;
    if (kind === "action_succeeded" || kind === "action_failed" || kind === "action_skipped") endOf.set(name, seq);
    if (kind === "compensation_succeeded") {
      if (done.has(name)) problems.push(`${name} is compensated twice`);
      done.add(name);
    }
    if (kind !== "compensation_started") continue;
    if (done.has(name)) problems.push(`${name} is compensated again`);
    const end = endOf.get(name) ?? 0;
    if (end > (lastUndone.get(run_id!) ?? Infinity)) problems.push(`${name} is compensated out of order`);
    lastUndone.set(run_id!, end);
  }
  return problems;
}

/** Whatever was reserved has been used or given back. */
function budgetProblems(walker: Walker): readonly string[] {
  const used = new Map<BudgetMeter, number>();
  for (const run of walker.runs()) {
    if (run.budget === undefined) continue;
    if (run.broken !== undefined || run.recovery !== undefined) return [];
    const attempts = run.board.slots.map(({ action, attempts: made }) => (action.type === "tool_call" ? made : 0));
    const undone = walker.outside.calls.filter((call) => call.run === run && call.slot.errand?.isByModel === true);
    const sum = attempts.reduce((total, each) => total + each, undone.length);
    used.set(run.budget, (used.get(run.budget) ?? 0) + sum);
  }
  return [...used].flatMap(([meter, calls]) => {
    const { toolCalls } = meter as unknown as { readonly toolCalls: number };
    return toolCalls === calls ? [] : [`${toolCalls} calls are booked, ${calls} were made`];
  });
}

/** The log alone gives the state that there is. */
async function stateProblems(
  { process: { runtime } }: Walker,
  events: readonly CarEvent[],
): Promise<readonly string[]> {
  const replayed = await replayState(events);
  const view = runtime.store.view();
  const stored = (view.entryKeys?.() ?? view.keys()).map((key) => [key, view.get(key)] as const);
  const known = [...replayed.entries()].map(([key, { value }]) => [key, value] as const);
  const text = (entries: readonly (readonly [string, unknown])[]): string => JSON.stringify([...entries].sort());
  return text(stored) === text(known) ? [] : [`the log gives ${text(known)}, the state is ${text(stored)}`];
}
