import type { JsonObject } from "../json/json-value.js";
import type { ProposalResult } from "../result/proposal-result.js";

/** What a memory found for a query. */
export interface MemoryContext {
  /** Text for a model's prompt, within the budget. */
  readonly text: string;
  /** The same, item by item, with where each came from. */
  readonly items: readonly { readonly text: string; readonly provenance: JsonObject }[];
  /** Changes when the context would. */
  readonly fingerprint: string;
}

/** Grounds a model in what is known, and learns from runs. The engine works without one. */
export interface Memory {
  /** Builds a context of at most `tokenBudget` tokens. */
  recall(query: string, options: { readonly tokenBudget: number; readonly principal: string }): Promise<MemoryContext>;
  /** Told of each finished run, outside `execute`'s time. */
  recordOutcome(result: ProposalResult): void | Promise<void>;
  /** Frees what the memory holds. */
  close(): Promise<void>;
}
