import { InferenceFailedError } from "@car/ir";
import type { Clock, InferenceCall } from "@car/ir/ports";
import { canceled } from "../failure/failure-of.js";

/** What bounds one call of one model. */
export interface Deadline {
  readonly model: string;
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly call: InferenceCall | undefined;
}

/** A call's own signal, which its time and the caller's signal abort. */
export interface BoundedCall {
  readonly call: InferenceCall;
  /** `answer`, or a rejection as soon as the time is up or the caller has aborted, whatever the model does. */
  settle<T>(answer: PromiseLike<T>): Promise<T>;
  /** From now on there is no time limit; the caller's signal still counts. */
  stopTime(): void;
  end(): void;
}

/** Starts the time of a call. `end()` must follow. */
export function boundedCall({ model, clock, timeoutMs, call }: Deadline): BoundedCall {
  const controller = new AbortController();
  let reject: (error: Error) => void = () => undefined;
  const cut = new Promise<never>((_resolve, no) => (reject = no));
  cut.catch(() => undefined);
  const stop = (error: Error): void => {
    reject(error);
    controller.abort(error);
  };
  const cancel = (): void => stop(canceled(model));
  const timer = clock.setTimer(() => {
    stop(
      new InferenceFailedError(`model \`${model}\` did not answer within ${timeoutMs} ms`, { kind: "timeout", model }),
    );
  }, timeoutMs);
  if (call?.signal?.aborted === true) cancel();
  call?.signal?.addEventListener("abort", cancel, { once: true });
  return {
    call: { ...call, signal: controller.signal },
    settle: (answer) => Promise.race([cut, answer]),
    stopTime: () => timer.cancel(),
    end: () => {
      timer.cancel();
      call?.signal?.removeEventListener("abort", cancel);
    },
  };
}
