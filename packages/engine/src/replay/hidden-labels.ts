import { type CarEvent, type LoggedConfig, matchesKey } from "@car/ir";
import type { PolicyEngine, StateView } from "@car/ir/ports";
import { endorsedLabels } from "../flow/output-labels.js";
import type { Plan } from "../plan/plan.js";

/** What is known of a recorded run when somebody wants labels of it. */
export interface LabelledRun {
  readonly plan: Plan;
  readonly logged: LoggedConfig;
  readonly view: StateView | undefined;
  readonly events: readonly CarEvent[];
}

/**
 * Sequence of the first event from which on the labels that `policy` would have seen are not known, because the recorded policy
 * did not look at any; `Infinity` when they all are. What the log has not: what a tool's own function says of its outputs,
 * the labels of stored answers, and those of state that a model or a tool has written.
 */
export function labelsHiddenFrom(run: LabelledRun, policy: PolicyEngine | undefined): number {
  if (policy?.supports.flow !== true) return Infinity;
  const event = run.events.find((each) => hidesLabels(each, run, policy));
  return event?.seq ?? Infinity;
}

function hidesLabels(event: CarEvent, run: LabelledRun, policy: PolicyEngine): boolean {
  const { plan, logged } = run;
  const isFollowed = logged.follows_data === true;
  if (event.kind === "action_deduplicated" || event.kind === "cache_hit") return !isFollowed;
  const isEnd = event.kind === "action_succeeded" || event.kind === "action_failed";
  if (!isEnd || event.attempt === undefined) return false;
  const index = plan.actions.findIndex(({ id }) => id === event.action_id);
  if (index < 0) return false;
  if (!isFollowed && readsUnlabelled(index, run)) return true;
  const action = plan.actions[index]!;
  if (action.type !== "tool_call") return false;
  const { labels: told = {} } = logged;
  const labels = Object.hasOwn(told, action.tool) ? told[action.tool] : undefined;
  if (labels?.own !== true) return false;
  const removed = endorsedLabels(policy, action.tool);
  return !isFollowed || (labels.endorsed ?? []).some((label) => !removed.includes(label));
}

/** Whether an action may have seen state that somebody else than the host has written. */
function readsUnlabelled(index: number, { plan, view }: LabelledRun): boolean {
  if (view === undefined) return false;
  const { reads, writes } = plan.graph.access[index]!;
  const seen = plan.actions[index]!.type === "state_write" ? [] : [...reads, ...writes];
  return seen.some((pattern) => keysOf(pattern, view).some((key) => isForeign(view, key)));
}

function isForeign(view: StateView, key: string): boolean {
  const origin = view.entry(key)?.origin;
  return origin !== undefined && origin !== "host";
}

function keysOf(pattern: string, view: StateView): readonly string[] {
  return pattern.endsWith("*") ? view.keys().filter((key) => matchesKey(pattern, key)) : [pattern];
}
