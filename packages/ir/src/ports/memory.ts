import type { EventDataOf } from "../event/event-data-of.js";
import type { JsonObject } from "../json/json-value.js";
import type { ActionProposal } from "../proposal/action-proposal.js";
import type { ProposalResult } from "../result/proposal-result.js";

/** One thing that a memory put into a context. */
export interface MemoryItem {
  readonly text: string;
  /** Where it came from; the fields are the memory's own. */
  readonly provenance: JsonObject;
  /** Data-flow labels, such as `untrusted`, for a policy. */
  readonly labels?: readonly string[];
}

/** What a memory found for a query. */
export interface MemoryContext {
  /** Text for a model's prompt, within the budget. */
  readonly text: string;
  /** The same, item by item, with where each came from. */
  readonly items: readonly MemoryItem[];
  /** Changes when the context would. */
  readonly fingerprint: string;
}

/** For whom a context is, and how large it may be. */
export interface RecallOptions {
  /** Never exceeded by `text`. Tokens as the memory counts them. */
  readonly tokenBudget: number;
  readonly principal: string;
  /** Roles of the reader; what is restricted to others is withheld. Default none. */
  readonly roles?: readonly string[];
  readonly tenant?: string;
}

/** Something said, offered to a memory. */
export interface MemoryTurn {
  readonly speaker: string;
  readonly text: string;
  /** Names the conversation; turns of one belong together. */
  readonly conversation?: string;
  /** Milliseconds since the epoch; default the memory's clock. */
  readonly time?: number;
}

/** Kinds of events that tell what a memory learned. */
type LessonKind = "skill_distilled" | "skill_evolved" | "skill_deprecated" | "evolution_triggered";

/** Something that a memory learned by itself or was told about a skill, as the log has it. */
export type MemoryLesson = {
  [K in LessonKind]: { readonly kind: K; readonly data: EventDataOf[K] };
}[LessonKind];

/**
 * Grounds a model in what is known, and learns from runs. The engine works without one. Rules MM-* are in
 * `packages/memgine/SPEC.md`; `testMemory` of `@car/conformance` checks them.
 */
export interface Memory {
  /** Changes with everything that could change a context; part of the cache key of answers grounded in this memory. */
  version(): string;
  /** Remembers one turn. @throws `CAR_MEMORY_CLOSED` after `close()`, `CAR_MEMORY_INVALID` for what is no turn. */
  observe(turn: MemoryTurn): void;
  /** Builds a context of at most `tokenBudget` tokens. Rejects with `CAR_MEMORY_CLOSED` after `close()`. */
  recall(query: string, options: RecallOptions): Promise<MemoryContext>;
  /**
   * Told of each finished run, outside `execute`'s time. What is to be learned from it is learned in the background.
   * @param proposal - the proposal that ran; a memory that learns procedures needs it.
   */
  recordOutcome(result: ProposalResult, proposal?: ActionProposal): void | Promise<void>;
  /** Calls `listener` for each lesson from now on, until the returned function is called. Left out by who learns nothing. */
  onLesson?(listener: (lesson: MemoryLesson) => void): () => void;
  /** Settles when nothing is being learned or written in the background. */
  idle(): Promise<void>;
  /** Settles background work, makes what was remembered durable if it can be, and frees. The second call does nothing. */
  close(): Promise<void>;
}
