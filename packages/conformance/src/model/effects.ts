import type { JsonValue } from "@car/ir";
import { writeCell, type CellWrite } from "./cells.js";
import { covers } from "./keys.js";
import { pathSteps, valueAt } from "./reference-text.js";
import type { ActionRun } from "./action-run.js";
import type { ModelRun } from "./run.js";
import type { ReportedWrite } from "./world.js";

/** What the tool itself said about the state: its handle's writes, then its declared effects found in the output. */
export function reportedWrites({ planned, call }: ActionRun, output: JsonValue): readonly ReportedWrite[] {
  const effects = planned.tool?.effects ?? [];
  const hostKeys = effects.map((effect) => (typeof effect === "string" ? effect : effect.key));
  const handle = (call?.writes ?? []).map(({ key, value }): ReportedWrite => {
    const isHosts = hostKeys.some((pattern) => covers(pattern, key));
    return { key, value, origin: isHosts ? "tool" : "model" };
  });
  const declared = effects.flatMap((effect): readonly ReportedWrite[] => {
    if (typeof effect === "string" || effect.value === undefined) return [];
    const value = valueAt(output, pathSteps(effect.value.slice("$output".length)));
    return value === undefined ? [] : [{ key: effect.key, value, origin: "tool" }];
  });
  return [...handle, ...declared];
}

/** Of what another call reported, the part that this action declares too. */
export function inheritedWrites({ planned }: ActionRun, reported: readonly ReportedWrite[]): readonly ReportedWrite[] {
  return reported.filter(({ key }) => planned.writes.some((pattern) => covers(pattern, key)));
}

/** Applies what a successful action changes: own writes first, claims last. A claim yields to what the tool reported. */
export function applyChanges(run: ModelRun, action: ActionRun, own: readonly CellWrite[]): void {
  const reportedKeys = action.planned.action.type === "tool_call" ? own.map(({ key }) => key) : [];
  const claims = Object.entries(action.planned.action.expected_effects)
    .filter(([key]) => !reportedKeys.includes(key))
    .map(([key, value]): CellWrite => ({ key, value, origin: "model" }));
  action.changes = [...own, ...claims];
  for (const write of action.changes) writeCell(run.cells, write);
}
