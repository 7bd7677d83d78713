import type { CarEvent, JsonObject, JsonValue } from "@car/ir";
import { firstDifference } from "@car/ir/internal";
import { type RunSummary, runSummaries } from "./run-summary.js";

/** One thing in which two logs differ. */
export interface LogDifference {
  readonly proposal_hash: string;
  /** The run of each log; absent where it has none. */
  readonly left_run_id?: string;
  readonly right_run_id?: string;
  readonly action_id?: string;
  /** `run` when one log has no such run, else a place such as `status`, `output.total` or `decisions[0].effect`. */
  readonly field: string;
  readonly left: JsonValue | undefined;
  readonly right: JsonValue | undefined;
}

/** What comparing two logs has shown. */
export interface LogDiff {
  readonly equal: boolean;
  /** Runs that both logs have. */
  readonly pairs: number;
  /** In order of the left log; what only the right one has comes last. */
  readonly differences: readonly LogDifference[];
}

/**
 * Compares two logs run by run and action by action: statuses, outputs, reasons, attempts, state changes and decisions,
 * but no times and no ids of runs. The first run of a proposal by a principal is held against the first of the other log,
 * the second against the second. Of each action (and of each run) the first difference is reported.
 * @throws `PayloadErasedError` when a payload is gone (as a rejection).
 */
export async function diffLogs(
  left: AsyncIterable<CarEvent> | Iterable<CarEvent>,
  right: AsyncIterable<CarEvent> | Iterable<CarEvent>,
): Promise<LogDiff> {
  const others = new Map<string, RunSummary[]>();
  for (const run of await runSummaries(right)) {
    const known = others.get(nameOf(run));
    if (known === undefined) others.set(nameOf(run), [run]);
    else known.push(run);
  }
  const differences: LogDifference[] = [];
  let pairs = 0;
  for (const run of await runSummaries(left)) {
    const other = others.get(nameOf(run))?.shift();
    if (other === undefined) differences.push(alone(run, "left"));
    else {
      pairs++;
      differences.push(...runDifferences(run, other));
    }
  }
  const surplus = [...others.values()].flat().sort((one, two) => one.seq - two.seq);
  differences.push(...surplus.map((run) => alone(run, "right")));
  return { equal: differences.length === 0, pairs, differences };
}

function nameOf({ proposal_hash, principal }: RunSummary): string {
  return `${proposal_hash} ${principal}`;
}

function alone({ run_id, proposal_hash, status }: RunSummary, side: "left" | "right"): LogDifference {
  return side === "left"
    ? { proposal_hash, left_run_id: run_id, field: "run", left: status, right: undefined }
    : { proposal_hash, right_run_id: run_id, field: "run", left: undefined, right: status };
}

function runDifferences(left: RunSummary, right: RunSummary): readonly LogDifference[] {
  const place = { proposal_hash: left.proposal_hash, left_run_id: left.run_id, right_run_id: right.run_id };
  const ids = [...new Set([...Object.keys(left.actions), ...Object.keys(right.actions)])];
  const ofActions = ids.flatMap((id) => {
    const found = firstDifference(asJson(left.actions[id]), asJson(right.actions[id]));
    return found === undefined
      ? []
      : [{ ...place, action_id: id, field: found.path || "action", left: found.left, right: found.right }];
  });
  const found = firstDifference(endOf(left), endOf(right));
  const ofRun = found === undefined ? [] : [{ ...place, field: found.path, left: found.left, right: found.right }];
  return [...ofActions, ...ofRun];
}

function endOf({ status, cause }: RunSummary): JsonObject {
  return cause === undefined ? { status } : { status, cause };
}

function asJson(value: object | undefined): JsonObject | undefined {
  return value as JsonObject | undefined;
}
