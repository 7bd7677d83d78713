import { existsSync } from "node:fs";
import { join } from "node:path";
import { readLog } from "@car/eventlog/node";
import { type CarEvent, LogCorruptError } from "@car/ir";
import { UsageError } from "../usage-error.js";

/** Where the events are: in the file or folder that is named or, when it is the folder of a durable store, in its log. */
export function logPath(path: string): string {
  return isStore(path) ? join(path, "log") : path;
}

/** Whether a path is the folder of a durable store. */
export function isStore(path: string): boolean {
  return existsSync(join(path, "snapshots")) && existsSync(join(path, "log"));
}

/** The events of a log, for which nothing is claimed, made or repaired. What is damaged is told with its file and line. */
export async function* logEvents(path: string): AsyncGenerator<CarEvent> {
  try {
    yield* readLog(logPath(path));
  } catch (error) {
    if (error instanceof LogCorruptError) throw new UsageError(`${path}: ${error.message}`, { cause: error });
    throw error;
  }
}
