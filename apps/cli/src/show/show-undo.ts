import type { UndoReport, UndoStep } from "@car/engine";
import type { Output } from "../io/output.js";
import { describeCall, hideSecrets } from "@car/eventlog/explain";
import { paint } from "./paint.js";

/** What undoes a run, in the order in which that is done, and what became of it. */
export function showUndo({ run_id, steps, external_effects }: UndoReport, output: Output): void {
  const isDone = steps.some(({ undone }) => undone !== undefined);
  output.line(`${paint.bold(isDone ? "undone" : "undo")}  ${paint.dim(`run ${run_id}`)}`);
  if (steps.length === 0) output.line(paint.dim("  the run left nothing outside the state"));
  const width = Math.max(0, ...steps.map(({ action_id }) => action_id.length));
  for (const step of steps)
    output.line(`  ${markOf(step)} ${paint.bold(step.action_id.padEnd(width))}  ${textOf(step)}`);
  if (external_effects === "none") return;
  const will = isDone ? "is" : "would be";
  output.line(
    paint.red(`something outside the state ${external_effects === "remain" ? will : `perhaps ${will}`} left`),
  );
}

function markOf({ undone, compensation }: UndoStep): string {
  if (undone === undefined) return compensation === undefined ? paint.red("✗") : paint.dim("·");
  return undone ? paint.yellow("↶") : paint.red("✗");
}

/** The call, which tells more than what undoes it does, and what became of that. */
function textOf({ tool, parameters, compensation, undone, reason }: UndoStep): string {
  const call = describeCall({ tool, parameters: hideSecrets(parameters) });
  const why = reason === undefined ? "" : `: ${reason.message}`;
  if (compensation === undefined) return `${call}: nothing undoes it${why}`;
  return `${call} ${paint.dim(`by ${compensation.tool}`)}${undone === false ? why || ": not undone" : ""}`;
}
