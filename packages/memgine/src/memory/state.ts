import type { Inference, MemoryLesson } from "@car/ir/ports";
import type { Core } from "../core/core.js";
import type { Embedding } from "../dense/embedding.js";
import type { MemoryJournal } from "../journal/memory-journal.js";
import type { RoleData } from "../retrieve/reader.js";
import type { VocabularyOptions } from "../text/vocabulary.js";
import type { SkillBook, SkillRules } from "../skills/skill-book.js";

/** A memory's parts, as its operations see them. */
export interface State {
  readonly core: Core;
  readonly book: SkillBook;
  readonly rules: SkillRules;
  readonly roles: RoleData;
  embedding: Embedding | undefined;
  readonly inference: Inference | undefined;
  readonly journal: MemoryJournal | undefined;
  readonly vocabulary: VocabularyOptions;
  /** The time of the operation that is being carried out. */
  at: number | undefined;
  /** Operations in the journal since its snapshot. */
  journaled: number;
  /** Entries up to here have been given to the embedder. */
  embedded: number;
  closed: boolean;
  /** Told what is learned, but not what is read back from a journal. */
  readonly listeners: Set<(lesson: MemoryLesson) => void>;
}
