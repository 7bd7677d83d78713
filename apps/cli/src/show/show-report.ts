import type { VerifyIssue, VerifyReport } from "@car/validator";
import pc from "picocolors";
import type { Output } from "../io/output.js";
import { plural } from "./marks.js";

/** What `verify` found, for people. */
export function showReport(report: VerifyReport, output: Output): void {
  output.line(report.valid ? pc.green(pc.bold("valid")) : pc.red(pc.bold("invalid")));
  for (const issue of report.issues) output.line(issueLine(issue));
  if (report.execution_order.length > 0) output.line(`order      ${report.execution_order.join(" → ")}`);
  for (const { key, kind, first, second } of report.conflicts) {
    output.line(pc.dim(`conflict   ${key}: ${first} before ${second} (${kind})`));
  }
  const errors = report.issues.filter(({ severity }) => severity === "error").length;
  output.line(pc.dim(`${plural(errors, "error")}, ${plural(report.issues.length - errors, "note")}; nothing was run`));
}

function issueLine({ severity, action_id, code, message, tier }: VerifyIssue): string {
  const mark = { error: pc.red("✗"), warning: pc.yellow("!"), info: pc.dim("i") }[severity];
  const who = action_id === undefined ? "" : `${pc.bold(action_id)}: `;
  return `  ${mark} ${who}${message} ${pc.dim(`[${code}${tier === "heuristic" ? ", as far as claims are true" : ""}]`)}`;
}
