import { assertKnownOptions } from "@car/ir/internal";
import type { Embedder, Inference } from "@car/ir/ports";
import type { CoreOptions } from "./core/create-core.js";
import type { DenseThresholds } from "./dense/dense-index.js";
import type { MemoryJournal } from "./journal/memory-journal.js";
import type { FactInput, MemoryNode } from "./model/node.js";
import type { RoleData } from "./retrieve/reader.js";
import { MINING_RULES, type MiningRules } from "./skills/mine.js";
import { SKILL_RULES, type SkillRules } from "./skills/skill-book.js";

/** What a memory is made of. All but `clock` and `ids` has a default. */
export interface MemgineOptions extends CoreOptions {
  /** Adds meaning to words and links. */
  readonly embedder?: Embedder;
  readonly dense?: Partial<DenseThresholds>;
  /** Helps to learn procedures. */
  readonly inference?: Inference;
  /** Where it is kept; see `@car/memgine/node`. Default: nowhere. */
  readonly journal?: MemoryJournal;
  /**
   * Operations after which an idle memory writes its journal anew as a snapshot; no sooner than there are as many as nodes, so
   * that the cost stays in proportion. Default 10,000.
   */
  readonly compactAfter?: number;
  readonly roles?: RoleData;
  readonly skills?: Partial<SkillRules>;
  readonly mining?: Partial<MiningRules>;
  /** Recomputes a statement whose premise fell; what it gives takes the statement's place. Called when idle. */
  readonly repair?: (statement: MemoryNode) => FactInput | undefined | Promise<FactInput | undefined>;
}

const OPTIONS = [
  "clock",
  "ids",
  "authorities",
  "cues",
  "implied",
  "maxBytes",
  "stem",
  "stopWords",
  "embedder",
  "dense",
  "inference",
  "journal",
  "compactAfter",
  "roles",
  "skills",
  "mining",
  "repair",
] as const satisfies readonly (keyof MemgineOptions)[];

/** Throws `ConfigInvalidError` for an option, or a rule of one, that nobody reads. */
export function assertMemgineOptions(options: MemgineOptions): void {
  assertKnownOptions(options, OPTIONS, "createMemgine");
  assertKnownOptions(options.skills, Object.keys(SKILL_RULES), "skills");
  assertKnownOptions(options.mining, Object.keys(MINING_RULES), "mining");
}
