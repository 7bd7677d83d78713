export { createMemgine } from "./memgine.js";
export type { Known, Memgine } from "./memgine.js";
export type { MemgineOptions } from "./memgine-options.js";
export type {
  Access,
  FactInput,
  Mark,
  MemoryNode,
  NodeKind,
  Retirement,
  Scope,
  ScopeKind,
  Source,
  Standing,
} from "./model/node.js";
export type { Remembered } from "./core/remember.js";
export type { TurnInput } from "./core/observe.js";
export type { AsOf } from "./core/history.js";
export type { ImpliedChange } from "./core/implied-change.js";
export type { BuiltContext } from "./context/build-context.js";
export type { ContextItem, Section } from "./context/context-item.js";
export type { ContextOptions } from "./context/options.js";
export type { SearchHit, SearchOptions } from "./memory/search-memory.js";
export type { Why } from "./retrieve/fuse.js";
export type { SkillDesk } from "./memory/skill-desk.js";
export type { Skill, SkillState, SkillStep } from "./skills/skill.js";
export type { UpkeepOptions, UpkeepReport } from "./upkeep/upkeep.js";
export type { ForgetReceipt, ForgetRequest } from "./memory/forget.js";
export type { MemorySnapshot } from "./memory/snapshot.js";
export type { MemoryJournal } from "./journal/memory-journal.js";
