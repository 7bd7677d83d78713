import { MemoryInvalidError } from "@car/ir";
import { parseSkillMarkdown, skillMarkdown } from "../skills/markdown.js";
import type { Skill } from "../skills/skill.js";
import { weakDomains } from "../skills/skill-book.js";
import { perform } from "./apply.js";
import type { State } from "./state.js";

/** What a host does with skills; the rest happens by itself. */
export interface SkillDesk {
  list(): readonly Skill[];
  /** Takes a skill in on trial, whatever it says of itself. */
  ingest(skill: Omit<Skill, "state" | "successes" | "failures" | "recent_failures">): void;
  /** Counts a trial; runs that the engine reports are counted by themselves. */
  recordOutcome(id: string, outcome: { readonly succeeded: boolean; readonly failure?: string }): void;
  /** Puts steps that work in the place of those that fail: a new version on trial, the old one kept until it is beaten. */
  repair(id: string, steps: Skill["steps"]): string;
  deprecate(id: string): void;
  /** Domains that fail too often, by name. */
  weakDomains(): readonly string[];
  exportMarkdown(id: string): string;
  /** Gives the skill's id. `trusted` keeps its state and its counts. @throws `CAR_MEMORY_INVALID` */
  importMarkdown(text: string, options?: { readonly trusted?: boolean }): string;
}

/** The desk of a memory's skills. */
export function createSkillDesk(state: State): SkillDesk {
  const known = (id: string): Skill => {
    const skill = state.book.get(id);
    if (skill === undefined) throw new MemoryInvalidError(`no skill has the id \`${id}\``);
    return skill;
  };
  const put = (skill: Skill): void => {
    perform(state, { op: "skill", change: { kind: "put", skill } });
  };
  return {
    list: () => [...state.book.values()],
    ingest: (skill) => put({ ...skill, state: "provisional", successes: 0, failures: 0, recent_failures: [] }),
    recordOutcome(id, outcome) {
      perform(state, { op: "skill", change: { kind: "outcome", id: known(id).id, ...outcome } });
    },
    repair(id, steps) {
      const broken = known(id);
      const version = broken.version + 1;
      const fresh = { state: "provisional", successes: 0, failures: 0, recent_failures: [] } as const;
      put({ ...broken, ...fresh, id: `${id}-v${version}`, version, steps, origin: "repaired", parent: id });
      return `${id}-v${version}`;
    },
    deprecate(id) {
      perform(state, { op: "skill", change: { kind: "deprecate", id: known(id).id } });
    },
    weakDomains: () => weakDomains(state.book, state.rules),
    exportMarkdown: (id) => skillMarkdown(known(id)),
    importMarkdown(text, options) {
      const skill = parseSkillMarkdown(text, options);
      put(skill);
      return skill.id;
    },
  };
}
