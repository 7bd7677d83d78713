import type { FactInput } from "../model/node.js";
import type { SkillOperation } from "../skills/skill-operation.js";
import type { UpkeepOptions } from "../upkeep/upkeep.js";
import type { TurnInput } from "./observe.js";

/**
 * One change of a memory, as it is written down: with the time and the ids that it used, so that doing it again gives the same
 * memory.
 */
export type Operation = { readonly at: number } & (
  | { readonly op: "remember"; readonly input: FactInput; readonly id: string }
  | { readonly op: "observe"; readonly turn: TurnInput; readonly id: string }
  | { readonly op: "retract" | "confirm"; readonly name: string }
  | { readonly op: "revert"; readonly id: string }
  | { readonly op: "settle"; readonly id: string; readonly state: "accepted" | "rejected" }
  | { readonly op: "keep_up"; readonly options: UpkeepOptions }
  | { readonly op: "skill"; readonly change: SkillOperation }
);
