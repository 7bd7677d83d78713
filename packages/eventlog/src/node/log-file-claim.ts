import * as nodeFs from "node:fs";
import { claimFolder, type FolderClaim } from "@car/files";
import { LogFencedError } from "@car/ir";
import { lockedBy } from "./locked-by.js";

/** How long an owner counts as alive that nobody can look at: one on another machine, or where processes tell nothing. */
const LEASE_MS = 10_000;

/** The right to write a log file. */
export interface LogFileClaim {
  /** Throws `LogFencedError` when somebody else has taken the file over. */
  check(): void;
  release(): void;
}

/** What is no file of its own (a device, a pipe) has no line to damage. */
const FREE: LogFileClaim = { check: () => undefined, release: () => undefined };

/**
 * Claims an open log file, in the folder `<path>.lock` beside it, for one writer at a time: of any process, this one too. One that
 * has ended is followed at once.
 * @throws `LogLockedError` naming who writes it; the file system's error when the claim cannot be written.
 */
export function claimLogFile(path: string, isFile: boolean): LogFileClaim {
  if (!isFile) return FREE;
  const lock = `${nodeFs.realpathSync(path)}.lock`;
  const answer = claimFolder({ fs: nodeFs, path: lock, leaseMs: LEASE_MS, sparesLiving: true });
  if ("heldBy" in answer) throw lockedBy(path, answer.heldBy);
  const { claim } = answer;
  return { check: () => assertOwned(claim, path), release: () => claim.release() };
}

function assertOwned(claim: FolderClaim, path: string): void {
  if (claim.isOver()) throw new LogFencedError(`the log \`${path}\` was taken over by another process`);
}
