import { EXIT } from "../exit-code.js";
import type { Output } from "../io/output.js";
import { readInput } from "../io/read-input.js";
import type { NamedFiles } from "../setup/settings.js";
import { withRuntime } from "../setup/with-runtime.js";
import { showReport } from "../show/show-report.js";

/** Says what would happen to a proposal. Nothing runs. */
export async function verifyCommand(path: string, named: NamedFiles, output: Output): Promise<number> {
  const input = await readInput(path);
  return withRuntime(named, { output, logs: false }, async (runtime, onBehalf) => {
    const report = await runtime.verify(input, onBehalf);
    if (output.json) output.value(report);
    else showReport(report, output);
    return report.valid ? EXIT.ok : EXIT.failed;
  });
}
