import { diffLogs, type LogDifference } from "@car/engine/replay";
import { paint } from "../show/paint.js";
import { EXIT } from "../exit-code.js";
import { logEvents } from "../io/log-path.js";
import type { Output } from "../io/output.js";
import { plural, valueText } from "../show/marks.js";

/** Compares two logs run by run and action by action, and says what differs. */
export async function logDiffCommand(
  left: string,
  { other }: { readonly other: string },
  output: Output,
): Promise<number> {
  const diff = await diffLogs(logEvents(left), logEvents(other));
  if (output.json) output.value(diff);
  else {
    output.line(
      `${diff.equal ? paint.green(paint.bold("same")) : paint.red(paint.bold("DIFFERENT"))}  ${plural(diff.pairs, "run")} in both`,
    );
    for (const difference of diff.differences) output.line(`  ${paint.red("✗")} ${textOf(difference)}`);
  }
  return diff.equal ? EXIT.ok : EXIT.failed;
}

function textOf({ left_run_id, right_run_id, action_id, field, left, right }: LogDifference): string {
  if (field === "run") {
    return left_run_id === undefined
      ? `run ${right_run_id} is only in the second`
      : `run ${left_run_id} is only in the first`;
  }
  const who = action_id === undefined ? "" : `${paint.bold(action_id)} `;
  return `${who}${field}: ${valueText(left)} / ${valueText(right)} ${paint.dim(`run ${left_run_id} / ${right_run_id}`)}`;
}
