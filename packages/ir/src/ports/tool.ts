import type { JsonObject, JsonValue } from "../json/json-value.js";
import type { ProposalInput } from "../proposal/action-proposal.js";
import type { ProposalResult } from "../result/proposal-result.js";
import type { ToolSchemaInput } from "../tool/tool-schema.js";
import type { Logger } from "./logger.js";

/** A tool's window on the state, alive for one attempt. Only declared keys can be read or written. */
export interface ToolState {
  /** The newest value this run sees. Throws `CAR_STATE_KEY_DENIED`, `CAR_STATE_HANDLE_DEAD`. */
  get(key: string): JsonValue | undefined;
  /** Buffers a write; it counts when the attempt succeeds and the run commits. Throws as `get` does, and `CAR_STATE_VALUE_INVALID`. */
  set(key: string, value: JsonValue): void;
  /** Buffers a deletion. Throws as `get` does. */
  delete(key: string): void;
}

/** What a tool gets besides its parameters. */
export interface ToolContext {
  readonly proposalId: string;
  readonly runId: string;
  readonly actionId: string;
  /** 1 for the first try. */
  readonly attempt: number;
  /** 64 hex characters; the same for every attempt of this action, different for any other action. */
  readonly idempotencyKey: string;
  /** Aborts when the attempt's time is up or the run is given up. Made when first read. */
  readonly signal: AbortSignal;
  readonly state: ToolState;
  /** The host's secrets. They appear in no proposal, event or model text. */
  readonly secrets: Readonly<Record<string, string>>;
  readonly principal: string;
  /** W3C `traceparent` of this attempt. */
  readonly traceparent: string;
  readonly logger: Logger;
  /** Runs a proposal as a child of this action; it fails with `nested_conflict` for keys its ancestors hold. */
  readonly execute: (proposal: ProposalInput) => Promise<ProposalResult>;
  /** Reports spending on a host-defined budget counter, such as `tokens`. */
  readonly spend: (counter: string, amount: number) => void;
}

/** A tool's own code. Its answer must be JSON; `undefined` counts as null. */
export type ToolExecute = (parameters: JsonObject, context: ToolContext) => unknown;

/** What a probe gets besides the parameters of the call it is asked about. */
export interface ProbeContext {
  /** The key that the call had. */
  readonly idempotencyKey: string;
  readonly runId: string;
  readonly actionId: string;
  /** The attempt whose outcome is not known, from 1. */
  readonly attempt: number;
  /** When it began, in milliseconds since the epoch. */
  readonly startedAt: number;
  /** The before-image of the call, where its tool has a reader. */
  readonly before: JsonValue | undefined;
  readonly principal: string;
  readonly secrets: Readonly<Record<string, string>>;
  /** Aborts when the probe's time is up. */
  readonly signal: AbortSignal;
}

/**
 * What is known of a call: it happened (with the output that it would have given; null when left out), it did not happen
 * and will not, or nobody can tell.
 */
export type ProbeAnswer =
  { readonly happened: true; readonly output?: JsonValue } | { readonly happened: false } | undefined;

/** Finds out what became of a call, and does nothing else. What it throws means that nobody can tell. */
export type Probe = (parameters: JsonObject, context: ProbeContext) => ProbeAnswer | Promise<ProbeAnswer>;

/** A tool as a host registers it. Without `execute` the runtime's `executor` answers. */
export interface Tool {
  readonly schema: ToolSchemaInput;
  readonly execute?: ToolExecute;
  /**
   * Further data-flow labels of one output, beside `schema.source_label`. Called with a checked copy. When it throws or
   * gives anything but a list of names, the call fails with `invalid_output`: nobody sees what nobody could label.
   */
  readonly labels?: (output: JsonValue, parameters: JsonObject) => readonly string[] | undefined;
  /** Asked what became of a call of which that is not known, before it is made again, undone or given up. Its word is believed. */
  readonly probe?: Probe;
  /** Counters reserved before each call and settled after it, such as `{ usd: 0.02 }`. */
  readonly reserve?: Readonly<Record<string, number>>;
}

/** One call, as an executor gets it. */
export interface ExecutorCall {
  readonly tool: string;
  readonly parameters: JsonObject;
  readonly actionId: string;
  readonly context: ToolContext;
}

/** Answers tool calls in the place of the tools' own code. */
export type Executor = (call: ExecutorCall) => unknown;
