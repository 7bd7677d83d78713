import type { EventKind, JsonObject } from "@car/ir";

/** Measured, or drawn at random: an execution may differ here without having done anything else. */
const MEASURED: ReadonlySet<string> = new Set(["duration_ms", "waited_ms", "late_by_ms", "age_ms", "delay_ms"]);
const MEASURED_COST: ReadonlySet<string> = new Set(["total_duration_ms", "wall_ms"]);
/** Who began a child run is not known to an execution of that run alone. */
const FROM_OUTSIDE: ReadonlySet<string> = new Set(["parent_run_id", "parent_action_id"]);

/** What of an event's payload follows from the run's inputs. */
export function comparable(kind: EventKind, data: JsonObject): JsonObject {
  if (kind === "proposal_received") return without(data, FROM_OUTSIDE);
  const rest = without(data, MEASURED);
  const { cost } = rest;
  return cost === undefined ? rest : { ...rest, cost: without(cost as JsonObject, MEASURED_COST) };
}

function without(data: JsonObject, names: ReadonlySet<string>): JsonObject {
  return Object.fromEntries(Object.entries(data).filter(([name]) => !names.has(name)));
}
