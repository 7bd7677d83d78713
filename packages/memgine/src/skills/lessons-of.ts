import type { MemoryLesson } from "@car/ir/ports";
import type { Skill } from "./skill.js";
import type { SkillTransition } from "./skill-book.js";
import type { SkillOperation } from "./skill-operation.js";

/** What a change of the skills is in the log's terms. Counting an outcome alone is no lesson. */
export function lessonsOf(change: SkillOperation, transitions: readonly SkillTransition[]): readonly MemoryLesson[] {
  const lost = transitions
    .filter(({ to }) => to === "deprecated")
    .map(({ id }): MemoryLesson => ({ kind: "skill_deprecated", data: { skill_id: id } }));
  return change.kind === "put" ? [...learned(change.skill), ...lost] : lost;
}

function learned({ id, name, domain, version, origin, parent }: Skill): readonly MemoryLesson[] {
  // What somebody else had learned was not learned here.
  if (origin === "ingested") return [];
  const kind = origin === "mined" || origin === "distilled" ? "skill_distilled" : "skill_evolved";
  return [{ kind, data: { skill_id: id, name, domain, version, origin, ...(parent === undefined ? {} : { parent }) } }];
}
