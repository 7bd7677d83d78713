import { createRuntime, type RecoveryReport } from "@car/engine";
import { durableStore } from "@car/engine/node";
import { EXIT } from "../exit-code.js";
import { interruptible } from "../io/interruptible.js";
import { isStore } from "../io/log-path.js";
import type { Output } from "../io/output.js";
import { loadSettings, type NamedFiles } from "../setup/settings.js";
import { withTools } from "../setup/with-tools.js";
import { plural } from "../show/marks.js";
import { paint } from "../show/paint.js";
import { showResult } from "../show/show-result.js";
import { UsageError } from "../usage-error.js";

/** How unfinished runs are taken up. */
export interface RecoverCommandOptions extends Pick<NamedFiles, "config" | "tools"> {
  /** Undo what they did, instead of going on. */
  readonly rollback?: boolean;
}

/** Takes up the runs of a durable store that an earlier process did not finish. */
export async function recoverCommand(
  path: string,
  { rollback = false, ...named }: RecoverCommandOptions,
  output: Output,
): Promise<number> {
  if (!isStore(path)) throw new UsageError(`${path}: there is no durable store; other logs have nothing to recover`);
  const settings = await loadSettings(named);
  return interruptible(output, () =>
    withTools(settings, output, async (tools) => {
      const durable = await durableStore({ dir: path });
      const runtime = createRuntime({ durable, tools });
      try {
        const report = await runtime.recover({ unfinished: rollback ? "rollback" : "resume" });
        if (output.json) output.value(report);
        else show(report, output);
        return report.runs.some(({ result }) => result.external_effects_remain) ? EXIT.failed : EXIT.ok;
      } finally {
        await runtime.close();
        await durable.close();
      }
    }),
  );
}

function show({ runs }: RecoveryReport, output: Output): void {
  output.line(`${plural(runs.length, "run")} taken up`);
  for (const { result, in_doubt } of runs) {
    showResult(result, output);
    for (const { action_id } of in_doubt)
      output.line(`  ${paint.yellow("?")} ${paint.bold(action_id)}  may have acted before`);
  }
}
