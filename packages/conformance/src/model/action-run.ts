import type { ActionStatus, ErrorClass, JsonObject, JsonValue, ReasonCode } from "@car/ir";
import type { CellWrite } from "./cells.js";
import type { PlannedAction } from "./plan.js";
import type { ReportedWrite, ScriptedCall, SharedAnswer } from "./world.js";

/**
 * `waiting`: not started. `parked`: its turn had come, and it waits for a place at its tool. `checking`: passes the gates,
 * which takes no time. `asking`: waits for an approval. `sharing`: waits for the answer of an equal call. `queued`: waits
 * for the rate limit. `calling`: a tool is at work. `delayed`: between two attempts. `done`: ended. From `checking` to
 * `delayed` it is running: it holds a slot of the run and a place at its tool.
 */
export type Phase =
  "waiting" | "parked" | "checking" | "asking" | "sharing" | "queued" | "calling" | "delayed" | "done";

/** What calls of an action that did not succeed may have done outside, the worst of them. */
export type Doing = "nothing" | "unknown" | "acted";

/** How one attempt failed. */
export interface Failure {
  readonly code: ReasonCode;
  readonly class: ErrorClass;
  readonly retryAfterMs?: number;
  /** Whether the tool threw it; otherwise it answered, or ran out of time. */
  readonly thrown: boolean;
  readonly doing: Doing;
}

/** Somebody's approval: of these reasons, until then. */
export interface Approval {
  readonly reasons: string;
  readonly until: number;
}

/** The way through the gates before one attempt. */
export interface Passage {
  /** Whether all gates were passed, and permission is asked for again. */
  isRecheck: boolean;
  /** Whether time has passed since permission was given. */
  isStale: boolean;
  rechecks: number;
  /** The answer of an equal call that makes the attempt needless. */
  stored: StoredAnswer | undefined;
}

/** An answer from a receipt or from the cache. */
export interface StoredAnswer {
  readonly kind: "receipt" | "cache";
  readonly answer: SharedAnswer;
}

/** How an action ended. */
export interface ActionEnd {
  readonly status: ActionStatus;
  readonly code?: ReasonCode;
  readonly class?: ErrorClass;
  readonly limit?: string;
  readonly blamed?: readonly string[];
  readonly output?: JsonValue;
}

/** One action while the run goes on. */
export interface ActionRun {
  readonly planned: PlannedAction;
  phase: Phase;
  attempts: number;
  parameters: JsonObject;
  /** What the current attempt does. */
  call: ScriptedCall | undefined;
  lastFailure: Failure | undefined;
  approval: Approval | undefined;
  /** What somebody is being asked about. */
  askedFor: string;
  /** How often somebody was asked about the action. */
  questions: number;
  /** Whether the budget has been charged for the action. */
  charged: boolean;
  /** Whether the budget has been charged for an attempt that has not been made. */
  reserved: boolean;
  passage: Passage;
  doing: Doing;
  /** When calls answer that nobody waits for any more; `Infinity` for one that never does. */
  late: readonly number[];
  /** Whether one of those had not answered when the compensation began: it may have acted after that. */
  undoneEarly: boolean;
  /** When it was found that its tool had no place for it. */
  parkedAt: number | undefined;
  startedAt: number | undefined;
  finishedAt: number | undefined;
  end: ActionEnd | undefined;
  changes: readonly CellWrite[];
  reported: readonly ReportedWrite[];
  shared: "receipt" | "cache" | undefined;
  compensated: boolean | undefined;
  read: { readonly found: boolean; readonly version: number } | undefined;
}

/** An action that has not started. */
export function newActionRun(planned: PlannedAction): ActionRun {
  return {
    planned,
    phase: "waiting",
    attempts: 0,
    parameters: {},
    call: undefined,
    lastFailure: undefined,
    approval: undefined,
    askedFor: "",
    questions: 0,
    charged: false,
    reserved: false,
    passage: { isRecheck: false, isStale: false, rechecks: 0, stored: undefined },
    doing: "nothing",
    late: [],
    undoneEarly: false,
    parkedAt: undefined,
    startedAt: undefined,
    finishedAt: undefined,
    end: undefined,
    changes: [],
    reported: [],
    shared: undefined,
    compensated: undefined,
    read: undefined,
  };
}
