import type {
  BudgetInput,
  Capabilities,
  ErrorClass,
  JsonValue,
  LimitsInput,
  StateEntry,
  ToolSchemaInput,
} from "@car/ir";

/** How one call of a scripted tool ends. */
export type ScriptedOutcome =
  | { readonly kind: "output"; readonly value: JsonValue }
  /** With a class it throws a `ToolError`, without one a plain `Error` that may carry a status. */
  | {
      readonly kind: "throw";
      readonly class?: ErrorClass;
      readonly retryAfterMs?: number;
      readonly status?: ThrownStatus;
    }
  | { readonly kind: "hang" };

/** Where clients of HTTP put the status of an answer that they throw. */
export interface ThrownStatus {
  readonly field: "status" | "statusCode" | "response";
  readonly value: number;
}

/** What one call of a scripted tool does. */
export interface ScriptedCall {
  /** Time until it settles, in milliseconds; 0 settles at once, without a promise. */
  readonly latencyMs: number;
  readonly outcome: ScriptedOutcome;
  /** Writes through the state handle just before it settles; without `value` a deletion. */
  readonly writes: readonly { readonly key: string; readonly value?: JsonValue }[];
  /** Whether it fails at once when its signal aborts. */
  readonly heedsAbort: boolean;
}

/** What the scripted tools of one case do. */
export interface Script {
  /** By action id: the n-th entry answers the n-th attempt, the last one every later attempt. */
  readonly calls: Readonly<Record<string, readonly ScriptedCall[]>>;
  /** By action id: how long the approver takes, in milliseconds. */
  readonly approvalMs: Readonly<Record<string, number>>;
  /** Tools that undo. Their calls are counted: the n-th entry answers the n-th call, the last one every later call. */
  readonly undoTools: readonly string[];
  readonly undoCalls: readonly ScriptedCall[];
}

/** A policy rule simple enough to state twice. It applies to calls of `tool`. */
export type ScriptedRule =
  | { readonly effect: "deny"; readonly tool: string }
  /** `quotes`: what its reason says besides. When that has changed it is another reason. */
  | { readonly effect: "require_approval"; readonly tool: string; readonly quotes?: Quoted }
  /** Denies unless `key` equals `value`; `trust: "model"` looks at the newest value instead of the trusted one. */
  | {
      readonly effect: "require_state";
      readonly tool: string;
      readonly key: string;
      readonly value: JsonValue;
      readonly trust?: "model";
    };

/** The number of the attempt, the time in steps of so many milliseconds, or the newest value of a key. */
export type Quoted =
  | { readonly what: "attempt" }
  | { readonly what: "time"; readonly stepMs: number }
  | { readonly what: "state"; readonly key: string };

/** What outlives a run. Times are virtual milliseconds. */
export interface ModelMemory {
  readonly now: number;
  readonly state: ReadonlyMap<string, StateEntry>;
  readonly receipts: ReadonlyMap<string, SharedAnswer>;
  readonly cache: ReadonlyMap<string, SharedAnswer>;
  /** What is left of the rate limits by tool; none: all of it. */
  readonly buckets: ReadonlyMap<string, Bucket>;
  /** Tools that the host takes out of use, and when. */
  readonly revocations: ReadonlyMap<string, number>;
}

/** How many calls the rate limit of a tool allowed at that time. */
export interface Bucket {
  readonly tokens: number;
  readonly at: number;
}

/** A place of a tool that another run holds for so long after the start. */
export interface HeldPlace {
  readonly tool: string;
  readonly ms: number;
}

/** An answer that later equal calls may get. */
export interface SharedAnswer {
  readonly output: JsonValue;
  /** What the tool reported to the state. */
  readonly reported: readonly ReportedWrite[];
  readonly expiresAt: number;
}

/** One change that a tool made through its handle or its declared effects. */
export interface ReportedWrite {
  readonly key: string;
  readonly value: JsonValue | undefined;
  readonly origin: "tool" | "model";
}

/** Everything besides the proposal that decides how a run goes. */
export interface ModelWorld {
  readonly tools: readonly ToolSchemaInput[];
  readonly script: Script;
  readonly memory: ModelMemory;
  readonly policy: readonly ScriptedRule[];
  /** The inline approver's constant answer; absent: there is no approver. */
  readonly approves?: boolean;
  /** It is no from this question on that is asked about one call (1 is the first). */
  readonly deniesFrom?: number;
  readonly capabilities: Capabilities;
  readonly budget: BudgetInput;
  readonly limits: LimitsInput;
  readonly maxConcurrency?: number;
  readonly schedule?: "eager";
  /** What the random source always answers; decides the jitter of retry delays. */
  readonly random: number;
  /** When the caller's signal aborts, in milliseconds after the start; 0 means before it. */
  readonly cancelAtMs?: number;
  readonly holds?: readonly HeldPlace[];
  /** On whose behalf; others do not get what it has received. */
  readonly principal?: string;
}

/** The memory of a runtime that has done nothing yet. */
export const EMPTY_MEMORY: ModelMemory = {
  now: 0,
  state: new Map(),
  receipts: new Map(),
  cache: new Map(),
  buckets: new Map(),
  revocations: new Map(),
};

/** A world of these tools in which every action may do everything. */
export function openWorld(tools: readonly ToolSchemaInput[], script: Partial<Script> = {}): ModelWorld {
  return {
    tools,
    script: { calls: {}, approvalMs: {}, undoTools: [], undoCalls: [], ...script },
    memory: EMPTY_MEMORY,
    policy: [],
    capabilities: {},
    budget: {},
    limits: {},
    random: 0.5,
  };
}
