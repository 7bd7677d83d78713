import { type Skill, wilsonLowerBound } from "./skill.js";
import type { SkillOperation } from "./skill-operation.js";

/** When skills rise and fall. */
export interface SkillRules {
  /** Trials before a provisional skill may take the incumbent's place. Default 5. */
  readonly minTrials: number;
  /** A domain with a lower share of successes is weak. Default 0.6. */
  readonly weakBelow: number;
  /** ... after this many outcomes. Default 3. */
  readonly weakAfter: number;
}

/** A change of state that an outcome brought about. */
export interface SkillTransition {
  readonly id: string;
  readonly to: Skill["state"];
}

export const SKILL_RULES: SkillRules = { minTrials: 5, weakBelow: 0.6, weakAfter: 3 };
const FAILURES_KEPT = 8;

/** All skills by id. */
export type SkillBook = Map<string, Skill>;

/** Carries out a change; gives the transitions it brought about. Pure but for the book. */
export function changeSkills(book: SkillBook, change: SkillOperation, rules: SkillRules): readonly SkillTransition[] {
  if (change.kind === "put") {
    book.set(change.skill.id, change.skill);
    return [];
  }
  const skill = book.get(change.id);
  if (skill === undefined) return [];
  if (change.kind === "deprecate") {
    book.set(skill.id, { ...skill, state: "deprecated" });
    return [{ id: skill.id, to: "deprecated" }];
  }
  const counted: Skill = {
    ...skill,
    successes: skill.successes + Number(change.succeeded),
    failures: skill.failures + Number(!change.succeeded),
    recent_failures:
      change.failure === undefined
        ? skill.recent_failures
        : [...skill.recent_failures, change.failure].slice(-FAILURES_KEPT),
  };
  book.set(counted.id, counted);
  return judge(book, counted, rules);
}

/** The skill in force of a domain: the active one with the best lower bound; ties by id. */
export function incumbentOf(book: SkillBook, domain: string): Skill | undefined {
  return [...book.values()]
    .filter((skill) => skill.domain === domain && skill.state === "active")
    .sort((left, right) => boundOf(right) - boundOf(left) || (left.id < right.id ? -1 : 1))[0];
}

function judge(book: SkillBook, skill: Skill, { minTrials }: SkillRules): readonly SkillTransition[] {
  if (skill.state !== "deprecated" && skill.failures > skill.successes + 2) {
    if (skill.state === "degraded") return [];
    book.set(skill.id, { ...skill, state: "degraded" });
    return [{ id: skill.id, to: "degraded" }];
  }
  if (skill.state !== "provisional" || skill.successes + skill.failures < minTrials) return [];
  const incumbent = incumbentOf(book, skill.domain);
  if (incumbent !== undefined && boundOf(skill) <= boundOf(incumbent)) return [];
  book.set(skill.id, { ...skill, state: "active" });
  if (incumbent === undefined) return [{ id: skill.id, to: "active" }];
  book.set(incumbent.id, { ...incumbent, state: "deprecated" });
  return [
    { id: skill.id, to: "active" },
    { id: incumbent.id, to: "deprecated" },
  ];
}

function boundOf({ successes, failures }: Skill): number {
  return wilsonLowerBound(successes, successes + failures);
}

/** Domains whose skills fail too often, by name. Deprecated skills do not count. */
export function weakDomains(book: SkillBook, { weakBelow, weakAfter }: SkillRules): readonly string[] {
  const sums = new Map<string, { successes: number; outcomes: number }>();
  for (const { domain, successes, failures, state } of book.values()) {
    if (state === "deprecated") continue;
    const sum = sums.get(domain) ?? { successes: 0, outcomes: 0 };
    sums.set(domain, { successes: sum.successes + successes, outcomes: sum.outcomes + successes + failures });
  }
  return [...sums]
    .filter(([, { successes, outcomes }]) => outcomes >= weakAfter && successes / outcomes < weakBelow)
    .map(([domain]) => domain)
    .sort();
}
