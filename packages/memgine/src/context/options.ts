import type { Reader } from "../retrieve/reader.js";
import type { TokenCounter } from "./tokens.js";

/** For whom a context is, and how large it may be. */
export interface ContextOptions {
  /** The text is never longer. */
  readonly tokenBudget: number;
  /** Default: somebody without roles. */
  readonly reader?: Reader;
  /** The conversation at hand; its turns come before those of others. */
  readonly conversation?: string;
  /** Counts tokens. Default: a quarter of the code points. */
  readonly countTokens?: TokenCounter;
  /** `facts_only` leaves conversations out. Default `balanced`. */
  readonly mode?: "balanced" | "facts_only";
  /** The query's vector, when the caller has it already. */
  readonly vector?: Float32Array;
}

export const CONTEXT_OPTIONS = [
  "tokenBudget",
  "reader",
  "conversation",
  "countTokens",
  "mode",
  "vector",
] as const satisfies readonly (keyof ContextOptions)[];
