import { type ActionProposal, type EventOf, jsonEqual, payloadOf, type Transition } from "@car/ir";
import { resolveOutputTemplate } from "@car/ir/internal";
import type { EntryWrite, JsonObject, JsonValue } from "@car/ir";
import type { GateSlot } from "../gates/gate.js";
import type { RecordedWrite } from "../reuse/recorded-answer.js";

type Changed = EventOf<"state_changed">;

/**
 * What of an action's recorded changes came through its tool's state handle. The rest follows from the schema's effects,
 * then from the action's claims, and is made again.
 */
export function handleWrites(slot: GateSlot, changed: Changed | undefined, output: JsonValue): Map<string, EntryWrite> {
  const told = toldByTool(slot, changed);
  const own = told.slice(0, told.length - effectCount(slot, output));
  return new Map(own.map(({ key, value, origin }) => [key, { value, origin }]));
}

/** The writes that came with a stored answer: all changes but the action's own claims. */
export function reusedWrites(slot: GateSlot, changed: Changed | undefined): readonly RecordedWrite[] {
  return toldByTool(slot, changed).map(({ key, value, origin }) => ({ key, write: { value, origin } }));
}

function toldByTool({ action }: GateSlot, changed: Changed | undefined): readonly Transition[] {
  if (changed === undefined) return [];
  return withoutClaims(payloadOf(changed).changes, action.expected_effects);
}

/** Claims come last, in their order, and only for keys about which the tool said nothing. */
function withoutClaims(
  changes: readonly Transition[],
  claims: ActionProposal["actions"][number]["expected_effects"],
): readonly Transition[] {
  const keys = Object.keys(claims);
  for (let count = Math.min(keys.length, changes.length); count > 0; count--) {
    const told = changes.slice(0, changes.length - count);
    const claimed = keys.filter((key) => !told.some((change) => change.key === key));
    const tail = changes.slice(changes.length - count);
    const isClaim = ({ key, value, origin }: Transition, at: number): boolean =>
      key === claimed[at] && origin === "model" && jsonEqual(value, claims[key]);
    if (claimed.length === count && tail.every(isClaim)) return told;
  }
  return changes;
}

function effectCount({ tool, parameters }: GateSlot, output: JsonValue): number {
  const scope: { readonly output: JsonValue; readonly parameters: JsonObject } = { output, parameters };
  const told = (tool?.schema.effects ?? []).filter(
    (effect) =>
      typeof effect !== "string" && effect.value !== undefined && resolveOutputTemplate(effect.value, scope).ok,
  );
  return told.length;
}
