import { CarError, LogWriteError } from "@car/ir";

/** The error for what a file system refused: `what` was refused by the log at `path`. An error of ours stays as it is. */
export function refused(path: string, what: string, cause: unknown): CarError {
  if (CarError.isInstance(cause)) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new LogWriteError(`the log \`${path}\` refused ${what}: ${reason}`, { cause });
}

/** Runs `body`; what the file system throws in it becomes `CAR_LOG_WRITE_FAILED`. */
export function orRefused<T>(path: string, what: string, body: () => T): T {
  try {
    return body();
  } catch (cause) {
    throw refused(path, what, cause);
  }
}
