import { RecoveryRequiredError, RuntimeClosedError } from "@car/ir";

/** Says whether runs may begin. `mustRecover`: an earlier process left runs that have to be taken up first. */
export function createDoors(mustRecover: () => boolean) {
  const closed = new AbortController();
  const assertOpen = (): void => {
    if (closed.signal.aborted) throw new RuntimeClosedError("the runtime is closed");
  };
  return {
    closing: closed.signal,
    close: () => closed.abort(),
    assertOpen,
    assertReady(): void {
      assertOpen();
      if (mustRecover()) throw new RecoveryRequiredError("the log has unfinished runs; call `recover()` first");
    },
  };
}
