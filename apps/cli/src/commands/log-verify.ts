import { verifyLog } from "@car/eventlog/node";
import { paint } from "../show/paint.js";
import { EXIT } from "../exit-code.js";
import { logPath } from "../io/log-path.js";
import type { Output } from "../io/output.js";
import { plural } from "../show/marks.js";

/** Checks the chain of a log, a file or a folder, up to a head when one is given. */
export async function logVerifyCommand(
  path: string,
  { head }: { readonly head?: string },
  output: Output,
): Promise<number> {
  const report = await verifyLog(logPath(path), head === undefined ? {} : { head });
  if (output.json) output.value(report);
  else {
    output.line(
      `${report.valid ? paint.green(paint.bold("intact")) : paint.red(paint.bold("DAMAGED"))}  ${plural(report.events, "event")}`,
    );
    if (report.problem !== undefined)
      output.line(
        `  ${paint.red("✗")} event ${report.problem.seq}: ${report.problem.message} ${paint.dim(`[${report.problem.code}]`)}`,
      );
    if (report.withheld > 0) output.line(`  ${plural(report.withheld, "payload")} erased or redacted`);
    if (!report.complete) output.line(`  the events before ${report.from} were dropped`);
    output.line(paint.dim(`head ${report.head.seq} ${report.head.hash}`));
    if (report.valid && head === undefined)
      output.line(paint.dim("without --head, a missing end would not be noticed"));
  }
  return report.valid ? EXIT.ok : EXIT.failed;
}
