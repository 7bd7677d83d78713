import type { EventKind, JsonObject, JsonValue } from "@car/ir";

/** Measured, or drawn at random: an execution may differ here without having done anything else. */
const MEASURED: ReadonlySet<string> = new Set(["duration_ms", "waited_ms", "late_by_ms", "age_ms", "delay_ms"]);
const MEASURED_COST: ReadonlySet<string> = new Set(["total_duration_ms", "wall_ms"]);
/** Who began a child run is not known when that run is not executed again. */
const FROM_OUTSIDE: ReadonlySet<string> = new Set(["parent_run_id", "parent_action_id"]);
/** What a policy that looks at data leaves, and another one does not. */
const OF_FLOW: ReadonlySet<string> = new Set(["labels", "context_labels", "origins"]);
/** What a run had read is there, and what only its policy had. */
const OF_READING: ReadonlySet<string> = new Set(["versions"]);
/** What a probe threw is in no second execution. */
const OF_PROBE: ReadonlySet<string> = new Set(["problem"]);
const OF_POLICY: ReadonlySet<string> = new Set(["policy_version"]);

/** What two executions have in common, so that it can be compared. */
export interface Compared {
  /** The policies of both, or of neither, look at data flow. */
  readonly flow: boolean;
  /** Both have a policy, or neither has. */
  readonly policy: boolean;
}

/** What of an event's payload follows from the run's inputs. */
export function comparable(kind: EventKind, data: JsonObject, { flow, policy }: Compared): JsonObject {
  let rest = without(data, kind === "proposal_received" ? FROM_OUTSIDE : MEASURED);
  if (kind === "action_probed") rest = without(rest, OF_PROBE);
  if (kind === "proposal_suspended") rest = without(rest, OF_READING);
  if (!policy) rest = without(rest, OF_POLICY);
  if (!flow) rest = unlabelled(rest);
  const { cost } = rest;
  return cost === undefined ? rest : { ...rest, cost: without(cost as JsonObject, MEASURED_COST) };
}

function unlabelled(data: JsonObject): JsonObject {
  const rest = without(data, OF_FLOW);
  const { changes } = rest;
  if (!Array.isArray(changes)) return rest;
  return {
    ...rest,
    changes: (changes as readonly JsonValue[]).map((change) => without(change as JsonObject, OF_FLOW)),
  };
}

function without(data: JsonObject, names: ReadonlySet<string>): JsonObject {
  return Object.fromEntries(Object.entries(data).filter(([name]) => !names.has(name)));
}
