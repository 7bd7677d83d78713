import type { BudgetInput, Capabilities, JsonValue, LimitsInput } from "@car/ir";
import type { OptionType } from "@car/ir/internal";
import type {
  ApprovalStore,
  Approver,
  Clock,
  EventLog,
  Executor,
  IdSource,
  Logger,
  Memory,
  PolicyEngine,
  RandomSource,
  SchemaCompiler,
  StateStore,
  Tool,
} from "@car/ir/ports";
import type { LogLevel } from "./defaults/logger.js";
import type { DurableParts } from "./recovery/durable-parts.js";
import type { RateLimits } from "./limits/rate-limits.js";

/** Everything a host may decide. Each field has a sane default that keeps all in memory. */
export interface RuntimeOptions {
  readonly tools?: readonly Tool[];
  /** Answers the calls of tools instead of their own code. */
  readonly executor?: Executor;
  readonly policy?: PolicyEngine;
  readonly capabilities?: Capabilities;
  readonly budget?: BudgetInput;
  /** A store, or the host's initial values for one in memory. */
  readonly state?: StateStore | Readonly<Record<string, JsonValue>>;
  readonly eventLog?: EventLog;
  /** State, log and receipts that survive the process, in the place of `state` and `eventLog`. */
  readonly durable?: DurableParts;
  readonly limits?: LimitsInput;
  readonly clock?: Clock;
  readonly ids?: IdSource;
  /** Jitter of retries. Default: derived from `ids`. */
  readonly random?: RandomSource;
  /** A pino-like logger, or the level of a built-in one. Default: silent. */
  readonly logger?: Logger | LogLevel;
  /** Asked inline, while the run waits. */
  readonly approver?: Approver;
  /** Where requests wait for somebody who answers later; without an answer (and an approver) a run is suspended. */
  readonly approvals?: ApprovalStore;
  /** Given to tools, and to nobody else. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Most actions of one run in flight. Default 256. */
  readonly maxConcurrency?: number;
  /** `safe` (default) holds back what cannot be undone; `eager` does not. */
  readonly schedule?: "safe" | "eager";
  readonly schemaCompiler?: SchemaCompiler;
  /** Rate limits shared with other runtimes. */
  readonly rateLimits?: RateLimits;
  /** Told of each finished run, outside `execute`'s time. */
  readonly memory?: Memory;
}

/** All options, and what each has to be; those that stand for themselves (`undefined`) are checked where they are read. */
export const RUNTIME_OPTIONS: { readonly [Name in keyof Required<RuntimeOptions>]: OptionType | undefined } = {
  tools: "list",
  executor: "function",
  policy: { check: "function", supports: "object", version: "string" },
  capabilities: undefined,
  budget: undefined,
  state: "object",
  eventLog: { append: "function", flush: "function", read: "function", head: "function", close: "function" },
  durable: { state: "object", eventLog: "object", unfinished: "object", giveUp: "function" },
  limits: undefined,
  clock: { now: "function", setTimer: "function" },
  ids: { hex: "function" },
  random: "function",
  logger: undefined,
  approver: "function",
  approvals: { request: "function", take: "function", decide: "function", grant: "function", pending: "function" },
  secrets: "object",
  maxConcurrency: undefined,
  schedule: undefined,
  schemaCompiler: { compile: "function" },
  rateLimits: { buckets: "object" },
  memory: { recordOutcome: "function" },
};
