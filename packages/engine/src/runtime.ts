import type { EventKind, JsonValue, LiveEvent, LiveEventOf, ProposalResult, ToolSchema, StateEntry } from "@car/ir";
import type { EventLog, Executor, StateStore, Tool } from "@car/ir/ports";
import type { Approvals } from "./approvals/approval-methods.js";
import type { Checkpoint } from "./checkpoint/checkpoint.js";
import type { SubscribeOptions } from "./evidence/subscription.js";
import type { RecoverOptions, RecoveryReport } from "./recovery/recover.js";
import type { Session, SessionOptions } from "./session/session.js";
import type { ReplanOptions, ReplanResult } from "./replan/replan-options.js";
import type { UndoMethod } from "./undo/undo-committed.js";

/** What one execution may be given besides its proposal. */
export interface ExecuteOptions {
  /** Cancels the run: an abort with status `canceled`. */
  readonly signal?: AbortSignal;
  /** On whose behalf; receipts, caches and session budgets are kept apart by it. Default `"default"`. */
  readonly principal?: string;
  /** Answers all tool calls of this run. */
  readonly executor?: Executor;
}

/** The host's own access to the state. */
export interface HostState {
  /** The newest committed value, or `undefined`. */
  get(key: string): JsonValue | undefined;
  /** The newest committed value with origin and version. */
  entry(key: string): StateEntry | undefined;
  /** All keys, sorted. */
  keys(): readonly string[];
  /**
   * Stores a value with origin `host`. Applied before it returns unless a run holds the key; then it queues behind
   * that run and the promise tells when it is done.
   * @throws `StateValueInvalidError`; rejects with `LockTimeoutError` after the lock timeout.
   */
  set(key: string, value: JsonValue): Promise<void>;
  /** Removes a key, as `set` stores one. */
  delete(key: string): Promise<void>;
}

/** Runs proposals as transactions. */
export interface Runtime<Report = unknown> extends UndoMethod {
  readonly state: HostState;
  /** The log that holds the evidence. */
  readonly eventLog: EventLog;
  /** The store that holds the committed state. */
  readonly store: StateStore;
  /**
   * Validates, authorises and executes a proposal, and commits or undoes it. A typed proposal (from `parseProposal`)
   * runs as it is; anything else, JSON text included, is parsed first. Never rejects for what a proposal, tool or
   * policy does: that is told by the result.
   * @throws `RuntimeClosedError`, `RuntimeOverloadedError`, `RecoveryRequiredError`; with a `durable` store whose log fails
   * `RunUndecidedError` when nobody can say how the run ended (as rejections).
   */
  execute(proposal: unknown, options?: ExecuteOptions): Promise<ProposalResult>;
  /**
   * Executes a proposal; when it is rolled back or refused, asks `options.replan` for another one, and so on until one
   * commits or the result's `stop` says why not. The chain is in the log.
   * @throws `ConfigInvalidError` and, for the first proposal, as `execute` (as rejections).
   */
  executeWithReplan(proposal: unknown, options: ReplanOptions & ExecuteOptions): Promise<ReplanResult>;
  /**
   * Opens a session: the runs and turns of one principal that share what the model has been shown, what the user said,
   * and which calls were made. Rules over data flow and over history mean the session. Holds memory as long as it is
   * referred to, within bounds; there is nothing to close.
   */
  session(options?: SessionOptions): Session<Report>;
  /** What the host does about requests for approval. Its methods reject with `ConfigInvalidError` without an approval store. */
  readonly approvals: Approvals;
  /**
   * Takes a suspended run up: takes its locks again and goes on with exactly the actions that waited, once their requests
   * are answered; with none answered it is suspended again. When somebody has changed what it had read, it is rolled back
   * with the code `conflict`. With a signal that is aborted it is canceled.
   * @throws `RunUnknownError`, `LockTimeoutError`, `RuntimeClosedError`, and `RunUndecidedError` as `execute` (as rejections).
   */
  resume(runId: string, options?: Pick<ExecuteOptions, "signal">): Promise<ProposalResult>;
  /** Ids of the runs that wait for approvals, the longest suspended first. */
  suspended(): readonly string[];
  /** Says what would happen, as far as that can be decided, on behalf of the principal. Nothing runs. */
  verify(proposal: unknown, options?: Pick<ExecuteOptions, "principal">): Promise<Report>;
  /**
   * Calls `subscriber` for every event from now on, or for those that `options` name, until the returned function is
   * called. What it throws, or rejects with, is logged and changes nothing.
   * @throws `ConfigInvalidError` for an unknown option or kind.
   */
  subscribe<K extends EventKind>(
    subscriber: (event: LiveEventOf<K>) => unknown,
    options: SubscribeOptions & { readonly kinds: readonly K[] },
  ): () => void;
  subscribe(subscriber: (event: LiveEvent) => unknown, options?: SubscribeOptions): () => void;
  /** Adds or replaces a tool for runs that begin from now on. Throws `ToolInvalidError`, `RuntimeClosedError`. */
  registerTool(tool: Tool): void;
  /** Removes a tool for runs that begin from now on; false when there is none. */
  unregisterTool(name: string): boolean;
  /** Stops a tool before its next dispatch, in open runs too; false when there is none. */
  revoke(name: string): boolean;
  /** Schemas of the registered tools, sorted by name. */
  tools(): readonly ToolSchema[];
  /**
   * Takes up the runs that an earlier process left unfinished: resumes or undoes them, as the options say. What the log
   * has as finished, runs and actions alike, is not done again. Call it before anything is executed; a second call, and
   * one on a runtime that has no `durable` store, finds nothing to do.
   * @throws `LogCorruptError`, `PayloadErasedError` when the log cannot be read, `RunUndecidedError` as `execute` (as
   * rejections).
   */
  recover(options?: RecoverOptions): Promise<RecoveryReport>;
  /**
   * The committed state, the receipts, the tools' schemas, the limits and the end of the log, all of one moment: plain
   * JSON. What open runs have not committed is not in it. Told as `checkpoint_saved`.
   */
  checkpoint(): Promise<Checkpoint>;
  /**
   * Replaces state and receipts by those of a checkpoint; keys that it does not have are gone. Told as
   * `checkpoint_restored`, with the whole state. Tools, policy and limits stay what they are.
   * @throws (as rejections) `RuntimeBusyError` while a run is open or the store is locked, `RuntimeClosedError`,
   * `CheckpointInvalidError` when it is none.
   */
  restore(checkpoint: Checkpoint): Promise<void>;
  /** Settles when the memory has learned from every run finished so far; at once without a memory. Never rejects. */
  idle(): Promise<void>;
  /** Refuses new runs, waits for open ones within `limits.drain_timeout_ms`, cancels the rest, flushes the log. */
  close(): Promise<void>;
}
