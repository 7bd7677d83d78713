import type { ActionResult, ProposalResult } from "@car/ir";
import { paint } from "./paint.js";
import type { Output } from "../io/output.js";
import { duration, plural, runStatus, short, statusMark } from "./marks.js";

const WIDTH = 96;

/** A run's result, for people. */
export function showResult(result: ProposalResult, output: Output): void {
  output.line(`${runStatus(result.status)}  ${paint.dim(`run ${result.run_id}`)}`);
  const idWidth = Math.max(2, ...result.results.map(({ action_id }) => action_id.length));
  for (const each of result.results) output.line(actionLine(each, idWidth));
  const unnamed = result.reasons.filter(({ action_id }) => action_id === undefined);
  for (const { message } of unnamed) output.line(`${paint.red("✗")} ${message}`);
  const { cause } = result;
  if (cause !== undefined && result.reasons.length === 0) {
    output.line(`because ${cause.action_id === undefined ? "" : `${paint.bold(cause.action_id)}: `}${cause.message}`);
  }
  if (result.external_effects_remain)
    output.line(paint.red("something outside the state may be left: see the actions above"));
  output.line(paint.dim(costLine(result)));
}

function actionLine(result: ActionResult, idWidth: number): string {
  const id = paint.bold(result.action_id.padEnd(idWidth));
  return `  ${statusMark(result.status, result.rolled_back)} ${id}  ${short(detailOf(result), WIDTH - idWidth)}`;
}

function detailOf({
  status,
  output,
  reason,
  error,
  rolled_back,
  compensated,
  cached,
  deduplicated,
}: ActionResult): string {
  if (status !== "succeeded") return `${reason?.code ?? status}: ${error ?? ""}`;
  const from = deduplicated ? " (from its receipt)" : cached ? " (from the cache)" : "";
  if (!rolled_back) return `${JSON.stringify(output)}${from}`;
  return compensated === undefined ? "undone" : compensated ? "undone by its compensation" : "its compensation FAILED";
}

function costLine({ cost }: ProposalResult): string {
  const retries = cost.retries > 0 ? `, ${plural(cost.retries, "retry").replace("retrys", "retries")}` : "";
  return `${plural(cost.tool_calls, "tool call")}${retries}, ${duration(cost.wall_ms)}`;
}
