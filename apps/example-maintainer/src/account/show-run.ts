import type { Action, ActionResult, JsonObject, LiveEvent, ProposalResult } from "@car/ir";
import type { Account } from "./account.js";
import type { Paint } from "./paint.js";
import { clip, wrap } from "./wrap.js";

const ID_WIDTH = 10;
const TOOL_WIDTH = 13;

/** A finished run. */
export interface ShownRun {
  readonly actions: readonly Action[];
  readonly result: ProposalResult;
  /** At least the run's own events. */
  readonly events: readonly LiveEvent[];
}

/** One line per action, in the order in which they came about: how it ended, what it was, and if it failed why. */
export function showRun(account: Account, run: ShownRun): void {
  for (const action of inOrderOfEvents(run)) {
    const ended = run.result.results.find(({ action_id }) => action_id === action.id);
    if (ended !== undefined) showAction(account, ended, { action, parameters: resolvedParameters(run, action) });
  }
}

function inOrderOfEvents({ actions, result, events }: ShownRun): readonly Action[] {
  const ids = events.filter(({ run_id }) => run_id === result.run_id).map(({ action_id }) => action_id);
  return [...actions].sort((a, b) => ids.indexOf(a.id) - ids.indexOf(b.id));
}

/** What the call really got, references resolved; as written, if it was not made. */
function resolvedParameters({ result, events }: ShownRun, action: Action): JsonObject {
  const executing = events
    .filter((event) => event.kind === "action_executing")
    .find(({ run_id, action_id }) => run_id === result.run_id && action_id === action.id);
  return executing?.data.parameters ?? (action.parameters as JsonObject);
}

interface ShownAction {
  readonly action: Action;
  readonly parameters: JsonObject;
}

function showAction(account: Account, result: ActionResult, { action, parameters }: ShownAction): void {
  const { paint, width } = account;
  const subject = clip(subjectOf(parameters), width - 5 - 2 - ID_WIDTH - TOOL_WIDTH);
  const columns = `${action.id.padEnd(ID_WIDTH)}${paint.dim(toolOf(action).padEnd(TOOL_WIDTH))}${subject}`;
  // A plan that is refused whole is refused for other actions as well.
  const isAboutOther = result.reason?.action_id !== undefined && result.reason.action_id !== action.id;
  account.line(`${isAboutOther ? paint.dim("·") : markOf(result, paint)} ${columns}`);
  if (result.error === undefined || result.status === "skipped" || isAboutOther) return;
  for (const line of wrap(result.error, width - 5 - 2 - ID_WIDTH)) {
    account.line(`${" ".repeat(2 + ID_WIDTH)}${paint.bad(line)}`);
  }
}

function markOf({ status, rolled_back: rolledBack }: ActionResult, paint: Paint): string {
  if (status === "failed" || status === "rejected") return paint.bad("✗");
  if (status !== "succeeded") return paint.dim("·");
  return rolledBack ? paint.warn("↺") : paint.good("✓");
}

/** The tool, or the kind of a state action. */
export function toolOf(action: Action): string {
  return action.type === "tool_call" ? action.tool : action.type;
}

/** What tells most about an action. */
function subjectOf({ key, value, command, args, remote, refs, path, file, name, message }: JsonObject): string {
  if (typeof key === "string") return `${key} = ${JSON.stringify(value)}`;
  if (typeof command === "string") return Array.isArray(args) ? `${command} ${args.join(" ")}` : command;
  if (typeof remote === "string") return Array.isArray(refs) ? `${remote} ${refs.join(" ")}` : remote;
  const subject = [path, file, name, message].find((candidate) => typeof candidate === "string");
  return typeof subject === "string" ? (subject.split("\n")[0] ?? "") : "";
}
