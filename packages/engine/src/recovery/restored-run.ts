import { type ActionProposal, CarError, parseProposal } from "@car/ir";
import { epochMsOf } from "@car/ir/internal";
import { Attempt } from "../dispatch/attempt.js";
import { buildPlan, type Plan, type PlanResult } from "../plan/plan.js";
import type { Host } from "../run/host.js";
import { type Answer, NOBODY, Run } from "../run/run.js";
import { notesOf } from "../run/slot.js";
import { messageOf } from "../run/thrown.js";
import { restore } from "./go-on.js";
import type { RecordedRun } from "./recorded-run.js";
import { recordedScope } from "./recorded-scope.js";
import { Recovery } from "./recovery.js";
import type { UnfinishedRun } from "./unfinished-runs.js";

/** The call that had started a run, as far as it can be taken up: it is over, and its run does not end before this one. */
export function callOf({ received }: RecordedRun, parent: Run | undefined): Attempt | undefined {
  const slot = parent?.board.slots.find(({ action }) => action.id === received.parent_action_id);
  if (parent === undefined || slot === undefined) return undefined;
  return new Attempt(parent, slot, slot.attempts);
}

/** The plan of an earlier run under the configuration that there is now. */
export function planOf(host: Host, { received }: RecordedRun): PlanResult {
  const config = host.config();
  try {
    const proposal: ActionProposal = parseProposal(received.proposal, { limits: config.limits });
    return buildPlan(proposal, config);
  } catch (error) {
    const message = CarError.isInstance(error)
      ? error.message
      : `the proposal could not be planned: ${messageOf(error)}`;
    return { problems: [{ code: "invalid", message }] };
  }
}

/** What an earlier run is made of anew. */
export interface Restored {
  readonly plan: Plan;
  readonly answer: Answer;
  /** The call that had started the run. */
  readonly parent: Attempt | undefined;
}

/** An earlier run under the configuration that there is now. Its actions stand at their beginning. */
export function restoredRun(host: Host, recovery: Recovery, { plan, answer, parent }: Restored): Run {
  const { recorded } = recovery;
  const { principal, context_labels: contextLabels } = recorded.received;
  const config = host.config();
  const run = new Run(
    host,
    { principal, parent },
    {
      plan,
      config,
      scope: recordedScope(recorded, plan.actions),
      // The session is gone with its process; what its model had been shown still counts.
      contextLabels,
      budget: parent === undefined ? host.meterFor(principal, config) : parent.run.budget,
      startedAt: epochMsOf(recorded.receivedAt),
      recovery,
      answer,
    },
  );
  run.tick();
  return run;
}

/** A run that had ended, with what its log says of it: it is here to be undone. Nothing is recorded and nothing is called. */
export function endedRun(
  host: Host,
  recorded: UnfinishedRun,
  recovery: Recovery,
  { plan, parent }: Omit<Restored, "answer">,
): Run {
  const run = restoredRun(host, recovery, { plan, answer: NOBODY, parent });
  run.restoreEnd();
  // First, because a call that needs no undoing itself is undone for what its own runs did.
  restoreChildren(run, recorded);
  restore(run, recorded);
  return run;
}

/** The runs of its tools that had ended: what they did is undone with the run, and told by it. */
export function restoreChildren(parent: Run, { children }: UnfinishedRun): void {
  const { host, recovery } = parent;
  for (const child of children) {
    const call = callOf(child, parent);
    if (call === undefined) continue;
    const notes = notesOf(call.slot);
    const planned = planOf(host, child);
    if ("problems" in planned) {
      host.logger.error({ run_id: child.runId, problems: planned.problems }, "a finished child run cannot be undone");
      notes.hasLostChildren = true;
      continue;
    }
    const own = new Recovery(child, "rollback", recovery!.onInDoubt);
    (notes.children ??= []).push(endedRun(host, child, own, { plan: planned, parent: call }));
  }
}
