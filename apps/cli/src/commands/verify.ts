import { EXIT } from "../exit-code.js";
import type { Output } from "../io/output.js";
import { readInput } from "../io/read-input.js";
import { showReport } from "../show/show-report.js";
import { type RuntimeFiles, runtimeFromFiles } from "./runtime-from-options.js";

/** Says what would happen to a proposal. Nothing runs. */
export async function verifyCommand(path: string, files: RuntimeFiles, output: Output): Promise<number> {
  const input = await readInput(path);
  const runtime = await runtimeFromFiles(files);
  const report = await runtime.verify(input);
  await runtime.close();
  if (output.json) output.value(report);
  else showReport(report, output);
  return report.valid ? EXIT.ok : EXIT.failed;
}
