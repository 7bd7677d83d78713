import { existsSync, readdirSync, statSync } from "node:fs";
import type { RuntimeOptions } from "@car/engine";
import { durableStore } from "@car/engine/node";
import { jsonlEventLog, segmentEventLog } from "@car/eventlog/node";
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
  const eventLog = statSync(path).isDirectory() ? segmentEventLog({ dir: path }) : jsonlEventLog({ path, fsync: true });
  return { parts: { eventLog }, close: () => eventLog.close() };
}
