import type { ActionResult, ProposalResult } from "@car/ir";
import type { Output } from "../io/output.js";
import { becauseLine, duration, plural, runStatus, statusMark } from "./marks.js";
import { paint } from "./paint.js";

/** How a run ended, for people who have seen its actions end: what became of them since, why, and what is left. */
export function showResult(result: ProposalResult, output: Output): void {
  output.line(`${runStatus(result.status)}  ${paint.dim(`run ${result.run_id}`)}`);
  for (const each of result.results) if (each.rolled_back || hasNotStarted(result, each)) output.line(actionLine(each));
  const unnamed = result.reasons.filter(({ action_id }) => action_id === undefined);
  for (const { message } of unnamed) output.line(`${paint.red("✗")} ${message}`);
  const { cause } = result;
  if (cause !== undefined && result.reasons.length === 0) output.line(becauseLine(cause));
  if (result.external_effects_remain)
    output.line(paint.red("something outside the state may be left: see the actions above"));
  output.line(paint.dim(costLine(result)));
}

/** Of a proposal that is refused as a whole no action has an end of its own. */
function hasNotStarted({ status, reasons }: ProposalResult, { action_id, status: ended }: ActionResult): boolean {
  return ended === "waiting" || (status === "rejected" && reasons.some((reason) => reason.action_id === action_id));
}

function actionLine(result: ActionResult): string {
  return `  ${statusMark(result.status, result.rolled_back)} ${paint.bold(result.action_id)}  ${detailOf(result)}`;
}

function detailOf({ status, reason, error, rolled_back, compensated }: ActionResult): string {
  if (!rolled_back) return `${reason?.code ?? status}: ${error ?? ""}`;
  return compensated === undefined ? "undone" : compensated ? "undone by its compensation" : "its compensation FAILED";
}

function costLine({ cost }: ProposalResult): string {
  const retries = cost.retries > 0 ? `, ${plural(cost.retries, "retry").replace("retrys", "retries")}` : "";
  return `${plural(cost.tool_calls, "tool call")}${retries}, ${duration(cost.wall_ms)}`;
}
