import type { ErrorClass, JsonObject, JsonValue, ProposalStatus } from "@car/ir";

/** What a process under test is told to do; its first argument, as JSON. */
export interface Orders {
  /** The store's folder. */
  readonly dir: string;
  /** The file of the approval store. */
  readonly approvals: string;
  /** Which process on this folder it is, from 0. */
  readonly generation: number;
  readonly seed: number;
  /** The file system step to die in; 0 for none. */
  readonly dieAt: number;
  readonly unfinished: "resume" | "rollback";
  /** How `onInDoubt` answers: always `failed`, or what the ledger knows. */
  readonly doubt: "failed" | "ask";
  /** Proposals after which it closes and ends by itself. */
  readonly proposals: number;
  /** Delete old segments now and then. */
  readonly compact: boolean;
}

/** A call of a tool that acts outside the process. */
export interface LedgerCall {
  readonly type: "call";
  readonly id: number;
  readonly key: string;
  readonly run: string;
  readonly action: string;
  readonly tool: string;
  readonly parameters: JsonObject;
}

/** A proposal whose `execute`, `resume` or recovery has resolved. */
export interface Confirmation {
  readonly type: "confirmed";
  readonly run: string;
  readonly status: ProposalStatus;
  /** The end of the log when that was so. */
  readonly seq: number;
  /** A call had proposed it. */
  readonly isNested: boolean;
}

/** What a process under test says. */
export type FromChild =
  | LedgerCall
  | Confirmation
  /** Has a call under this key acted? */
  | { readonly type: "ask"; readonly id: number; readonly key: string }
  /** A run waits for approvals. Answered with `true` once one of them has an answer, with `false` when none will come now. */
  | { readonly type: "wait"; readonly id: number; readonly run: string }
  | { readonly type: "opened"; readonly unfinished: number; readonly snapshotSeq: number }
  | { readonly type: "recovered"; readonly resumed: number; readonly rolledBack: number; readonly inDoubt: number }
  | { readonly type: "ended" };

/** What it is answered. */
export type ToChild = { readonly id: number } & (
  | { readonly ok: true; readonly output: JsonValue }
  | { readonly ok: false; readonly error: string; readonly class: ErrorClass }
);
