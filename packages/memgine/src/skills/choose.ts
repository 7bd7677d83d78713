import { oneLine } from "../context/one-line.js";
import type { Candidate } from "../context/context-item.js";
import type { Vocabulary } from "../text/vocabulary.js";
import type { Skill } from "./skill.js";
import type { SkillBook } from "./skill-book.js";

const SHOWN = 3;
/** Every so often the challenger is shown in the place of the incumbent, or it would never be tried. */
const TRIAL_EVERY = 3;

/** Skills whose description shares words with the query, active ones first; one provisional one is tried beside them. */
export function chooseSkills(
  book: SkillBook,
  { query, vocabulary }: { readonly query: string; readonly vocabulary: Vocabulary },
): readonly Candidate[] {
  const wanted = new Set(vocabulary.termsOf(query));
  const fitting = [...book.values()]
    .filter(({ state }) => state === "active" || state === "provisional")
    .map((skill) => ({ skill, score: shared(vocabulary.termsOf(skill.description), wanted) }))
    .filter(({ score }) => score > 0)
    .sort((left, right) => right.score - left.score || (left.skill.id < right.skill.id ? -1 : 1));
  const active = fitting.filter(({ skill }) => skill.state === "active");
  const provisional = fitting.filter(({ skill }) => skill.state === "provisional").slice(0, 1);
  const isTrialDue = provisional.some(({ skill }) => (skill.successes + skill.failures) % TRIAL_EVERY === 0);
  const chosen = isTrialDue ? [...provisional, ...active] : [...active, ...provisional];
  return chosen.slice(0, SHOWN).map(({ skill, score }, at) => candidateOf(skill, { score, at }));
}

function candidateOf(skill: Skill, { score, at }: { readonly score: number; readonly at: number }): Candidate {
  const steps = skill.steps.map(({ tool }) => tool).join(" > ");
  const needs = skill.preconditions.length === 0 ? "" : ` (needs ${skill.preconditions.join(", ")})`;
  const trial = skill.state === "provisional" ? " [on trial]" : "";
  return {
    section: "skills",
    id: skill.id,
    text: oneLine(`${skill.name}: ${steps}${needs}${trial}`),
    provenance: { skill: skill.id, state: skill.state, successes: skill.successes, failures: skill.failures },
    labels: [],
    why: [{ via: "lexical", score: 1 }],
    number: at,
    time: at,
    score,
  };
}

function shared(terms: readonly number[], wanted: ReadonlySet<number>): number {
  return new Set(terms.filter((term) => wanted.has(term))).size;
}
