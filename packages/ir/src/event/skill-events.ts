/** Payload of `skill_distilled` and `skill_evolved`. */
export type SkillLearnedData = {
  /** The new skill. */
  readonly skill_id: string;
  /** Its name, for people. */
  readonly name: string;
  /** What it is about; skills of one domain compete. */
  readonly domain: string;
  /** Grows with each evolution. */
  readonly version: number;
  /** How it was learned: the first two are `skill_distilled`, the others `skill_evolved`. */
  readonly origin: "mined" | "distilled" | "evolved" | "repaired";
  /** Id of the skill that it was made from. */
  readonly parent?: string;
};

/** Payload of `skill_deprecated`. */
export type SkillDeprecatedData = {
  /** The skill that is not offered any more. */
  readonly skill_id: string;
};

/** Payload of `evolution_triggered`. */
export type EvolutionTriggeredData = {
  /** The domain whose skills have been failing. */
  readonly domain: string;
};
