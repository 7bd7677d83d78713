import type { Reason } from "@car/ir";
import type { Lease } from "@car/ir/ports";
import type { Recovery } from "../recovery/recovery.js";
import type { Alarm } from "../time/alarm.js";
import type { Run } from "./run.js";

/** Why a run starts nothing more. */
export interface Stop {
  readonly kind: "abort" | "cancel" | "budget";
  readonly cause: Reason;
}

const NO_VERSIONS: ReadonlyMap<string, number> = new Map();

/** What most runs never need. */
export class RunExtras {
  /** Set for a run that another process began. */
  recovery: Recovery | undefined = undefined;
  stop: Stop | undefined = undefined;
  broken: Reason | undefined = undefined;
  /** The log takes nothing more. */
  isLogBroken = false;
  isDisowned = false;
  /** Locks, once they are held. */
  lease: Lease | undefined = undefined;
  /** It was given up before it could begin, or go on. */
  canceledEarly: Reason | undefined = undefined;
  /** Leaves the queue for the locks. */
  cancelLockWait: ((cause: Reason) => void) | undefined = undefined;
  drainTimer: Alarm | undefined = undefined;
  durationTimer: Alarm | undefined = undefined;
  detachSignal: (() => void) | undefined = undefined;
  /** Receipts that others may see only if this run commits. */
  privateReceipts: string[] | undefined = undefined;
  /** Versions of what it had read when it was suspended. */
  readVersions = NO_VERSIONS;
  /** Milliseconds for which it ran before it was suspended last. */
  activeMs = 0;
  /** Runs of its tools that have not ended. */
  children: Set<Run> | undefined = undefined;
  /** Told when the last of them has ended. */
  onChildless: (() => void) | undefined = undefined;
  /** Bytes of parameters with references resolved. */
  resolvedBytes = 0;
  /** Whether the budget has been held against everything that is left. */
  isRestChecked = false;
}
