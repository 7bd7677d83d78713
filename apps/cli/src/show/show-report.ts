import type { PlannedUndo, VerifyIssue, VerifyReport } from "@car/validator";
import { paint } from "./paint.js";
import type { Output } from "../io/output.js";
import { plural } from "./marks.js";

/** What `verify` found, for people. */
export function showReport(report: VerifyReport, output: Output): void {
  output.line(report.valid ? paint.green(paint.bold("valid")) : paint.red(paint.bold("invalid")));
  for (const issue of report.issues) output.line(issueLine(issue));
  if (report.execution_order.length > 0) output.line(`order      ${report.execution_order.join(" → ")}`);
  for (const undo of report.undo) output.line(undoLine(undo));
  for (const { key, kind, first, second } of report.conflicts) {
    output.line(paint.dim(`conflict   ${key}: ${first} before ${second} (${kind})`));
  }
  const errors = report.issues.filter(({ severity }) => severity === "error").length;
  output.line(
    paint.dim(`${plural(errors, "error")}, ${plural(report.issues.length - errors, "note")}; nothing was run`),
  );
}

/** How a call could be undone; what cannot be stands out. */
function undoLine({ action_id, tool, how, by = "", reader = "", verified = false }: PlannedUndo): string {
  const call = `undo       ${action_id} (${tool}): `;
  switch (how) {
    case "image":
      return paint.dim(`${call}${by}, from what ${reader} reads before${verified ? ", unless others change it" : ""}`);
    case "compensation":
      return paint.dim(`${call}${by}`);
    case "proposed":
      return paint.dim(`${call}${by}, as the plan proposes`);
    case "never":
      return `${call}${paint.yellow("cannot be undone")}`;
  }
}

function issueLine({ severity, action_id, code, message, tier }: VerifyIssue): string {
  const mark = { error: paint.red("✗"), warning: paint.yellow("!"), info: paint.dim("i") }[severity];
  const who = action_id === undefined ? "" : `${paint.bold(action_id)}: `;
  return `  ${mark} ${who}${message} ${paint.dim(`[${code}${tier === "heuristic" ? ", as far as claims are true" : ""}]`)}`;
}
