import type {
  BudgetInput,
  Capabilities,
  JsonValue,
  LimitsInput,
  LiveEvent,
  ProposalResult,
  StateEntry,
  ToolSchema,
} from "@car/ir";
import type {
  Approver,
  Clock,
  EventLog,
  Executor,
  IdSource,
  Logger,
  PolicyEngine,
  RandomSource,
  StateStore,
  Tool,
} from "@car/ir/ports";

/** What the suite builds a runtime with. A runtime may have more options; these it must have. */
export interface RuntimeSetup {
  readonly tools?: readonly Tool[];
  readonly executor?: Executor;
  readonly policy?: PolicyEngine;
  readonly capabilities?: Capabilities;
  readonly budget?: BudgetInput;
  readonly state?: StateStore | Readonly<Record<string, JsonValue>>;
  readonly eventLog?: EventLog;
  readonly limits?: LimitsInput;
  readonly clock?: Clock;
  readonly ids?: IdSource;
  readonly random?: RandomSource;
  readonly logger?: Logger;
  readonly approver?: Approver;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly maxConcurrency?: number;
  readonly schedule?: "safe" | "eager";
}

/** What one execution may be given. */
export interface ExecutionSetup {
  readonly signal?: AbortSignal;
  readonly principal?: string;
  readonly executor?: Executor;
}

/** A runtime as the suite sees it. */
export interface RuntimeUnderTest {
  readonly state: {
    get(key: string): JsonValue | undefined;
    entry(key: string): StateEntry | undefined;
    keys(): readonly string[];
    set(key: string, value: JsonValue): Promise<void>;
    delete(key: string): Promise<void>;
  };
  readonly eventLog: EventLog;
  readonly store: StateStore;
  execute(proposal: unknown, options?: ExecutionSetup): Promise<ProposalResult>;
  verify(proposal: unknown): Promise<VerificationUnderTest>;
  subscribe(subscriber: (event: LiveEvent) => void): () => void;
  registerTool(tool: Tool): void;
  unregisterTool(name: string): boolean;
  revoke(name: string): boolean;
  tools(): readonly ToolSchema[];
  close(): Promise<void>;
}

/** What the suite looks at in the answer of `verify`. */
export interface VerificationUnderTest {
  readonly valid: boolean;
  readonly issues: readonly {
    readonly action_id?: string | undefined;
    readonly severity: string;
    readonly code: string;
  }[];
  readonly execution_order: readonly unknown[];
}

/** Makes a runtime that nothing else uses. */
export type RuntimeFactory = (setup: RuntimeSetup) => RuntimeUnderTest;
