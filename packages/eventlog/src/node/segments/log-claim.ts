import { join } from "node:path";
import { type ClaimOwner, claimFolder } from "@car/files";
import { LogFencedError } from "@car/ir";
import { lockedBy } from "../locked-by.js";
import { EPOCHS, type LogFolder } from "./log-folder.js";
import { parseSegmentName } from "./segment-name.js";

/** The right to write a log, until somebody claims a higher epoch. */
export interface LogClaim {
  readonly epoch: number;
  /** Who held the log before and did not give it back. */
  readonly tookOver: ClaimOwner | undefined;
  /** Throws `LogFencedError` when the log belongs to somebody else. After a write was synced, no error means that it is in the log for good. */
  check(): void;
  /** Gives the log back, so that the next owner need not wait for the lease to end. */
  release(): void;
}

/**
 * Claims the next epoch of the log.
 * @throws `LogLockedError` while its owner lives and renews its lease.
 */
export function claimLog({ fs, path }: LogFolder, leaseMs: number): LogClaim {
  const above = (): number => Math.max(0, ...fs.readdirSync(path).map((name) => parseSegmentName(name)?.epoch ?? 0));
  const answer = claimFolder({ fs, path: join(path, EPOCHS), leaseMs, above });
  if ("heldBy" in answer) throw lockedBy(path, answer.heldBy);
  const { claim } = answer;
  return {
    epoch: claim.epoch,
    tookOver: claim.tookOver,
    check() {
      if (claim.isOver()) throw new LogFencedError(`the log \`${path}\` was taken over: epoch ${claim.epoch} is over`);
    },
    release: () => claim.release(),
  };
}
