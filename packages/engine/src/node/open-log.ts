import type { FolderSystem } from "@car/files";
import { type SegmentEventLog, segmentEventLog } from "@car/eventlog/node";
import { CarError, ConfigInvalidError } from "@car/ir";
import type { DurableStoreOptions } from "./durable-store.js";
import type { Snapshot } from "./snapshot-file.js";
import type { SnapshotFolder } from "./snapshot-folder.js";

interface OpenOptions extends DurableStoreOptions {
  readonly fs: FolderSystem;
}

interface LogPlace {
  readonly snapshots: SnapshotFolder;
  readonly isCopy: boolean;
}

/** A log and the snapshot from which it need be read. */
interface OpenPair {
  readonly log: SegmentEventLog;
  readonly snapshot: Snapshot | undefined;
}

/**
 * Opens the log with the newest snapshot that fits it. A snapshot that the log does not reach is damage, except in a
 * copy, and where nobody ever waited for the log.
 */
export function openLog(options: OpenOptions, { snapshots, isCopy }: LogPlace): OpenPair {
  const { dir, fs, durability, segmentBytes, leaseMs, onError } = options;
  const path = `${dir}/log`;
  const settings = {
    dir: path,
    fs,
    ...(durability === undefined ? {} : { durability }),
    ...(segmentBytes === undefined ? {} : { segmentBytes }),
    ...(leaseMs === undefined ? {} : { leaseMs }),
    ...(onError === undefined ? {} : { onError: (error: CarError) => onError(error) }),
  };
  let refusal: CarError | undefined;
  for (const snapshot of snapshots.whole()) {
    try {
      return { log: segmentEventLog({ ...settings, trust: snapshot.head }), snapshot };
    } catch (error) {
      if (!(isCopy || durability === "none") || !isCorrupt(error)) throw error;
      refusal ??= error;
    }
  }
  const log = segmentEventLog(settings);
  if (log.opened.dropped === undefined) return { log, snapshot: undefined };
  void log.close();
  throw (
    refusal ?? new ConfigInvalidError(`\`${dir}\` has no whole snapshot, and its log does not begin at the beginning`)
  );
}

function isCorrupt(error: unknown): error is CarError {
  return CarError.isInstance(error) && error.code === "CAR_LOG_CORRUPT";
}
