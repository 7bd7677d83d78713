import { ToolError } from "@car/ir";

/** Calls that follow one another: so one that was given up, and goes on, is over before it is asked about or undone. */
export class Queue {
  private last: Promise<unknown> = Promise.resolve();

  /** @throws what `body` throws; `ToolError` (`transient`) when the signal has aborted before its turn. */
  run<T>(body: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const turn = this.last.then(() => {
      if (signal?.aborted === true)
        throw new ToolError("given up before it began: nothing was done", { class: "transient" });
      return body();
    });
    this.last = turn.catch(() => undefined);
    return turn;
  }
}
