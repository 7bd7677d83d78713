import { createRuntime, type Runtime, type RuntimeOptions, type UndoReport } from "@car/engine";
import { RecoveryRequiredError } from "@car/ir";
import { EXIT } from "../exit-code.js";
import { interruptible } from "../io/interruptible.js";
import type { Output } from "../io/output.js";
import { readOnlyLog } from "../io/read-only-log.js";
import { assertLog, type OpenedLog, openWritable } from "../setup/open-writable.js";
import { loadSettings, type NamedFiles } from "../setup/settings.js";
import { withTools } from "../setup/with-tools.js";
import { showUndo } from "../show/show-undo.js";
import { UsageError } from "../usage-error.js";
import { type ApproveMode, NOBODY_ANSWERS } from "./approver-of.js";

/** How a committed run is undone. */
export interface UndoCommandOptions extends Pick<NamedFiles, "config" | "tools"> {
  /** The run's id. */
  readonly run: string;
  /** Only say what would be called. */
  readonly dry?: boolean;
  readonly approve?: ApproveMode;
}

/** Undoes what a committed run did outside, from its log: what would be called is shown first, and a person says yes. */
export async function undoCommand(path: string, options: UndoCommandOptions, output: Output): Promise<number> {
  assertLog(path);
  const settings = await loadSettings(options);
  return interruptible(output, (signal) =>
    withTools(settings, output, async (tools) => {
      if (tools.length === 0)
        throw new UsageError("name the tools that the run called: `--tools MODULE`, or in car.config.yaml");
      const { parts, close } = options.dry === true ? lookAt(path) : await openWritable(path);
      const runtime = createRuntime({ ...parts, tools });
      try {
        return await undoWith(runtime, options, output, signal);
      } catch (error) {
        if (!(error instanceof RecoveryRequiredError)) throw error;
        throw new UsageError(`${path}: ${error.message}: \`car recover ${path}\` does`, { cause: error });
      } finally {
        await runtime.close();
        await close();
      }
    }),
  );
}

async function undoWith(
  runtime: Runtime,
  { run, dry = false, approve = "ask" }: UndoCommandOptions,
  output: Output,
  signal: AbortSignal,
): Promise<number> {
  const planned = await runtime.undo(run, { dry: true });
  if (dry || !output.json) show(planned, output);
  if (dry) return EXIT.ok;
  if (!(await isApproved(approve, output, signal))) {
    output.aside("nothing was undone");
    return EXIT.canceled;
  }
  const done = await runtime.undo(run);
  show(done, output);
  return done.external_effects === "none" ? EXIT.ok : EXIT.failed;
}

function show(report: UndoReport, output: Output): void {
  if (output.json) output.value(report);
  else showUndo(report, output);
}

async function isApproved(mode: ApproveMode, output: Output, signal: AbortSignal): Promise<boolean> {
  if (mode !== "ask") return mode === "yes";
  const answer = await output.ask([], "undo? [y/N] ", signal);
  if (answer === "nobody" && !signal.aborted) output.aside(NOBODY_ANSWERS);
  return answer === "yes";
}

/** What the log has, and nothing else of it: another process may be writing to it. */
function lookAt(path: string): OpenedLog {
  const eventLog = readOnlyLog(path);
  return { parts: { eventLog } satisfies RuntimeOptions, close: () => eventLog.close() };
}
