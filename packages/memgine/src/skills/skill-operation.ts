import type { Skill } from "./skill.js";

/** A change of the skills, as it is written down. */
export type SkillOperation =
  | { readonly kind: "put"; readonly skill: Skill }
  | { readonly kind: "outcome"; readonly id: string; readonly succeeded: boolean; readonly failure?: string }
  | { readonly kind: "deprecate"; readonly id: string };
