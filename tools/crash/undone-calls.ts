import { type ActionInput, callOf } from "./calls.js";
import type { Dice } from "./dice.js";

/**
 * A call for which the model says how it is undone: by a call of its own, by an action that stands by, or by a call that
 * nobody approves, which then cannot be made.
 */
export function modelUndoneCall(id: string, dice: Dice, n: number): readonly ActionInput[] {
  const [tool, undo] = dice(2) === 0 ? ["ship", "unship"] : ["send", "recall"];
  const call = (compensation: ActionInput["compensation"]): ActionInput =>
    callOf(id, tool, { n, spoil: dice(8) === 0 }, { compensation });
  const which = dice(10);
  if (which === 0) return [call({ type: "tool", tool: "wire", parameters: { n } })];
  if (which < 6) {
    return [call({ type: "tool", tool: undo, parameters: { id: "$output.id", stuck: "$output.stuck" } })];
  }
  const standby = callOf(`${id}-undo`, undo, { id: `$${id}.output.id`, stuck: `$${id}.output.stuck` });
  return [call({ type: "action_ref", action_id: standby.id }), standby];
}
