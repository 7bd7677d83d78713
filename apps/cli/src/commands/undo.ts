import { existsSync, statSync } from "node:fs";
import { createRuntime, type Runtime, type RuntimeOptions, type UndoReport } from "@car/engine";
import { durableStore } from "@car/engine/node";
import { jsonlEventLog, segmentEventLog } from "@car/eventlog/node";
import { EXIT } from "../exit-code.js";
import { askYes } from "../io/ask-yes.js";
import { loadTools } from "../io/load-tools.js";
import { logPath } from "../io/log-path.js";
import type { Output } from "../io/output.js";
import { readOnlyLog } from "../io/read-only-log.js";
import { showUndo } from "../show/show-undo.js";
import { UsageError } from "../usage-error.js";

/** How a committed run is undone. */
export interface UndoCommandOptions {
  /** The run's id. */
  readonly run: string;
  /** A module with the tools that the run called, and those that undo them. */
  readonly tools: string;
  /** Only say what would be called. */
  readonly dry?: boolean;
  readonly approve?: "ask" | "yes" | "no";
}

/** Undoes what a committed run did outside, from its log: what would be called is shown first, and a person says yes. */
export async function undoCommand(path: string, options: UndoCommandOptions, output: Output): Promise<number> {
  const { run, tools, dry = false, approve = "ask" } = options;
  const given = { tools: await loadTools(tools) };
  const { runtime, close } = dry ? lookAt(path, given) : await openRuntime(path, given);
  try {
    const planned = await runtime.undo(run, { dry: true });
    if (dry || !output.json) show(planned, output);
    if (dry) return EXIT.ok;
    if (!(await isApproved(approve))) {
      output.aside("nothing was undone");
      return EXIT.canceled;
    }
    const done = await runtime.undo(run);
    show(done, output);
    return done.external_effects === "none" ? EXIT.ok : EXIT.failed;
  } finally {
    await runtime.close();
    await close();
  }
}

function show(report: UndoReport, output: Output): void {
  if (output.json) output.value(report);
  else showUndo(report, output);
}

async function isApproved(mode: NonNullable<UndoCommandOptions["approve"]>): Promise<boolean> {
  if (mode !== "ask") return mode === "yes";
  if (!process.stdin.isTTY)
    throw new UsageError("nobody is there to be asked: give `--approve yes`, or `--dry` to look only");
  return askYes("undo? [y/N] ");
}

interface Opened {
  readonly runtime: Runtime;
  /** Closes what the runtime does not close itself. */
  readonly close: () => Promise<void>;
}

/** What the log has, and nothing else of it: another process may be writing to it. */
function lookAt(path: string, options: RuntimeOptions): Opened {
  if (!existsSync(path)) throw new UsageError(`${path}: there is no such log`);
  const eventLog = readOnlyLog(logPath(path));
  return { runtime: createRuntime({ ...options, eventLog }), close: () => eventLog.close() };
}

/** The log goes on where it is: a JSONL file, a folder of segments, or a durable store. */
async function openRuntime(path: string, options: RuntimeOptions): Promise<Opened> {
  if (!existsSync(path)) throw new UsageError(`${path}: there is no such log`);
  if (logPath(path) !== path) {
    const durable = await durableStore({ dir: path });
    return { runtime: createRuntime({ ...options, durable }), close: () => durable.close() };
  }
  const eventLog = statSync(path).isDirectory() ? segmentEventLog({ dir: path }) : jsonlEventLog({ path, fsync: true });
  return { runtime: createRuntime({ ...options, eventLog }), close: () => eventLog.close() };
}
