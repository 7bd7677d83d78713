import { existsSync, readdirSync, statSync } from "node:fs";
import type { RuntimeOptions } from "@car/engine";
import { durableStore } from "@car/engine/node";
import { jsonlEventLog, segmentEventLog } from "@car/eventlog/node";
import { LogCorruptError } from "@car/ir";
import type { EventLog } from "@car/ir/ports";
import { isStore } from "../io/log-path.js";
import { UsageError } from "../usage-error.js";

/** What a runtime is given to go on with a log. */
export interface OpenedLog {
  readonly parts: RuntimeOptions;
  /** Closes what the runtime does not close itself. */
  readonly close: () => Promise<void>;
}

/** Refuses what is no log: opening would make one of it. */
export function assertLog(path: string): void {
  if (!existsSync(path)) throw new UsageError(`${path}: there is no such log`);
  if (isStore(path) || !statSync(path).isDirectory()) return;
  if (!readdirSync(path).some((name) => name.endsWith(".jsonl")))
    throw new UsageError(`${path}: there is no log in this folder`);
}

/** The log goes on where it is: a JSONL file, a folder of segments, or a durable store. */
export async function openWritable(path: string): Promise<OpenedLog> {
  if (isStore(path)) {
    const durable = await durableStore({ dir: path });
    return { parts: { durable }, close: () => durable.close() };
  }
  const eventLog = statSync(path).isDirectory() ? segmentEventLog({ dir: path }) : openJsonl(path);
  return { parts: { eventLog }, close: () => eventLog.close() };
}

/** A JSONL file, made when it is not there. The disk has what a call is about to do before it does it, whatever ends the process. */
export function openJsonl(path: string): EventLog {
  try {
    // A device or a pipe cannot be synced.
    return jsonlEventLog({ path, fsync: statSync(path, { throwIfNoEntry: false })?.isFile() ?? true });
  } catch (error) {
    if (error instanceof LogCorruptError) throw new UsageError(`${path}: ${error.message}`, { cause: error });
    throw error;
  }
}
