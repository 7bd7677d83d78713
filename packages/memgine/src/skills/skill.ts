import type { JsonObject } from "@car/ir";

/** One step of a procedure. */
export interface SkillStep {
  readonly tool: string;
  /** Parameters that were the same each time. */
  readonly parameters: JsonObject;
}

/** Where a skill is in its life. */
export type SkillState = "provisional" | "active" | "degraded" | "deprecated";

/** A procedure that worked. Wire data. */
export interface Skill {
  readonly id: string;
  readonly name: string;
  /** What it is good for, in words; queries find it by them. */
  readonly description: string;
  /** Skills of one domain compete. */
  readonly domain: string;
  readonly steps: readonly SkillStep[];
  /** State keys that were there each time. */
  readonly preconditions: readonly string[];
  readonly state: SkillState;
  readonly successes: number;
  readonly failures: number;
  /** Grows with each evolution. */
  readonly version: number;
  /** Where it came from. */
  readonly origin: "mined" | "distilled" | "ingested" | "evolved" | "repaired";
  /** Id of the skill that it was made from. */
  readonly parent?: string;
  /** What went wrong last, newest last; a few. */
  readonly recent_failures: readonly string[];
}

/** Lower end of Wilson's interval for a share of successes, at 95%. 0 without trials. */
export function wilsonLowerBound(successes: number, trials: number): number {
  if (trials === 0) return 0;
  const z = 1.96;
  const share = successes / trials;
  const centre = share + (z * z) / (2 * trials);
  const spread = z * Math.sqrt((share * (1 - share) + (z * z) / (4 * trials)) / trials);
  return (centre - spread) / (1 + (z * z) / trials);
}
