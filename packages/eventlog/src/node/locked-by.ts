import type { ClaimOwner } from "@car/files";
import { LogLockedError } from "@car/ir";

/** The error that says who writes a log. */
export function lockedBy(path: string, owner: ClaimOwner | undefined): LogLockedError {
  const isThis = owner?.pid === process.pid;
  const who =
    owner === undefined
      ? "a process that just started"
      : `process ${owner.pid} on ${owner.host}${isThis ? ", this one" : ""}`;
  return new LogLockedError(`the log \`${path}\` is written by ${who}`, owner && { ...owner });
}
