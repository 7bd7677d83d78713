import { type ActionExplanation, explainAction } from "@car/eventlog";
import { describeCall, explainRun, type RunExplanation } from "@car/eventlog/explain";
import { EXIT } from "../exit-code.js";
import { logEvents } from "../io/log-path.js";
import type { Output } from "../io/output.js";
import { loadSettings, type NamedFiles } from "../setup/settings.js";
import { becauseLine, runStatus, statusMark, valueText } from "../show/marks.js";
import { paint } from "../show/paint.js";
import { UsageError } from "../usage-error.js";

/** Where to look. */
export interface ExplainOptions extends Pick<NamedFiles, "config" | "log"> {
  readonly run?: string;
}

/** Columns before an event's text. */
const HANG = 22;

/** Tells from a log why an action ended as it did, or how a run did. */
export async function explainCommand(id: string, { run, ...named }: ExplainOptions, output: Output): Promise<number> {
  const { log } = await loadSettings(named);
  if (log === undefined) throw new UsageError("name the log: `--log FILE`, or in car.config.yaml");
  const action = await explainAction(logEvents(log), id, run === undefined ? {} : { runId: run });
  const found = action ?? (run === undefined ? await explainRun(logEvents(log), id) : undefined);
  if (found === undefined) {
    const what = run === undefined ? `action or run \`${id}\`` : `action \`${id}\` in run ${run}`;
    throw new UsageError(`${log}: there is no ${what}`);
  }
  if (output.json) output.value(found);
  else if (action !== undefined) showAction(action, output);
  else showRun(found as RunExplanation, output);
  return EXIT.ok;
}

function showAction(found: ActionExplanation, output: Output): void {
  const { outcome, rolled_back, tool, parameters } = found;
  output.line(`${statusMark(outcome, rolled_back)} ${paint.bold(found.action_id)} ${outcome}${undoneText(found)}`);
  if (tool !== undefined)
    output.line(`  called ${describeCall({ tool, ...(parameters !== undefined && { parameters }) })}`);
  if (found.output !== undefined) output.line(`  gave ${valueText(found.output)}`);
  if (found.reason !== undefined) output.line(`  ${found.reason.code}: ${found.reason.message}`);
  for (const { action_id, outcome: ended, reason } of found.causes) {
    output.line(`  because ${paint.bold(action_id)} ${ended}${reason === undefined ? "" : `: ${reason.message}`}`);
  }
  if (found.policies.length > 0) output.line(`  rules: ${found.policies.join(", ")}`);
  output.line(paint.dim(`  run ${found.run_id} ${found.run.status ?? "has no end in this log"}`));
  for (const { seq, timestamp, text } of found.timeline) {
    output.line(`  ${paint.dim(`${String(seq).padStart(6)} ${timestamp.slice(11, 23)}`)} ${text}`, HANG);
  }
}

function showRun({ run_id, status, cause, actions, external_effects }: RunExplanation, output: Output): void {
  output.line(
    `${status === undefined ? paint.yellow("unfinished") : runStatus(status)}  ${paint.dim(`run ${run_id}`)}`,
  );
  if (cause !== undefined) output.line(becauseLine(cause));
  for (const { action_id, outcome, tool, parameters, output: gave, reason, compensated } of actions) {
    const call =
      tool === undefined ? "" : `  ${describeCall({ tool, ...(parameters !== undefined && { parameters }) })}`;
    const came = gave === undefined ? "" : ` → ${valueText(gave)}`;
    const why = reason === undefined ? "" : `  ${reason.code}: ${reason.message}`;
    const undone = undoneText({ rolled_back: false, ...(compensated !== undefined && { compensated }) });
    output.line(`  ${statusMark(outcome, compensated === true)} ${paint.bold(action_id)}${call}${came}${why}${undone}`);
  }
  output.line(OUTSIDE[external_effects] ?? OUTSIDE["unknown"]!);
}

const OUTSIDE: Readonly<Record<string, string>> = {
  none: "nothing is left outside the state",
  remain: paint.red("something is left outside the state"),
  unknown: paint.yellow("nobody can tell whether something is left outside the state"),
};

function undoneText({ rolled_back, compensated }: Pick<ActionExplanation, "rolled_back" | "compensated">): string {
  if (compensated === undefined) return rolled_back ? ", then undone" : "";
  return compensated ? ", then undone by its compensation" : ", then its compensation FAILED";
}
