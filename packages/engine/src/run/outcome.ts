import { type ActionSucceededData, type ErrorClass, type JsonValue, LazyPayload, type Reason } from "@car/ir";
import { memoryBytes } from "@car/ir/internal";

/** What a call may have left outside the state store: nothing, nobody knows, or it has acted. */
export type SideEffect = "none" | "unknown" | "acted";

/** An action that did what it was asked to. */
export interface Succeeded {
  readonly status: "succeeded";
  readonly output: JsonValue;
  readonly read?: { readonly found: boolean; readonly version: number };
}

/** What most actions end with, and what their event is made of when somebody reads it. */
export class Success extends LazyPayload<ActionSucceededData> implements Succeeded {
  readonly output: JsonValue;
  /** Set when the action ends. */
  durationMs = 0;

  constructor(output: JsonValue) {
    super();
    this.output = output;
  }

  get status(): "succeeded" {
    return "succeeded";
  }

  get bytes(): number {
    return memoryBytes(this.output);
  }

  make(): ActionSucceededData {
    return { output: this.output, duration_ms: this.durationMs };
  }
}

/** An action that did not. */
export interface Unsuccessful {
  readonly status: "failed" | "rejected" | "skipped";
  readonly reason: Reason;
  /** Set for failures of a call: decides, with `retryAfterMs`, whether another attempt is worth it. */
  readonly errorClass?: ErrorClass;
  readonly retryAfterMs?: number | undefined;
  /** What the attempt may have left, if its tool can leave anything. Absent: nothing. */
  readonly sideEffect?: SideEffect;
}

/** How an action, or one attempt at it, ended. A value: nothing is thrown between the engine's parts. */
export type Outcome = Succeeded | Unsuccessful;

/** A gate refused the action. */
export function rejected(reason: Reason): Unsuccessful {
  return { status: "rejected", reason };
}

/** The action was tried and did not work. */
export function failed(
  reason: Reason,
  errorClass: ErrorClass = "terminal",
  retryAfterMs?: number,
  sideEffect: SideEffect = "none",
): Unsuccessful {
  return { status: "failed", reason, errorClass, retryAfterMs, sideEffect };
}

/** The action was not tried. */
export function skipped(reason: Reason): Unsuccessful {
  return { status: "skipped", reason };
}

/** True for anything with a `then`: the engine awaits nothing else. */
export function isThenable<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return (
    value !== null &&
    (typeof value === "object" || typeof value === "function") &&
    typeof (value as { then?: unknown }).then === "function"
  );
}
