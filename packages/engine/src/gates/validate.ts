import { type Action, jsonEqual, type Reason, type ReasonCode } from "@car/ir";
import { checkCondition, unknownTool } from "@car/ir/internal";
import type { SchemaProblem } from "@car/ir/ports";
import { CHECKED } from "../plan/plan-flags.js";
import { rejected } from "../run/outcome.js";
import type { RunState } from "../run/run-state.js";
import { type GateRun, type GateSlot, type GateVerdict, type Passing, PROCEED } from "./gate.js";

interface Finding {
  readonly code: ReasonCode;
  readonly path: string;
  readonly message: string;
  readonly key?: string;
}

/** Is the action well formed and feasible now? Collects everything that is wrong, not just the first thing. */
export function validate(run: GateRun, slot: GateSlot, passing: Passing): GateVerdict {
  const { action, tool, parameters } = slot;
  if (action.type === "tool_call" && tool === undefined) {
    return rejected(unknownTool(action.tool, run.config.tools.keys()));
  }
  const problems = tool === undefined || isChecked(run, slot) ? NO_PROBLEMS : tool.parameters.check(parameters);
  const unmet = stateFindings(action, run.state);
  if (problems.length === 0 && unmet.length === 0) return accept(run, slot, passing);
  return rejected(reasonOf([...problems.map(misfit), ...unmet]));
}

function misfit({ path, message }: SchemaProblem): Finding {
  return { code: "invalid", path: `parameters${path}`, message };
}

const NO_PROBLEMS: readonly SchemaProblem[] = Object.freeze([]);

/** Admission has looked at literal parameters, and they are what is called. */
function isChecked({ plan }: GateRun, { index, errand }: GateSlot): boolean {
  return errand === undefined && (plan.flags[index]! & CHECKED) !== 0;
}

function accept(run: GateRun, slot: GateSlot, { isAgain }: Passing): GateVerdict {
  // Of a compensation only its beginning and its end are told.
  if (!isAgain && slot.errand === undefined) run.record("action_validated", slot);
  return PROCEED;
}

/** What the state has against the action. While that is nothing it allocates nothing. */
function stateFindings(action: Action, state: RunState): readonly Finding[] {
  let findings: Finding[] | undefined;
  for (let index = 0; index < action.preconditions.length; index++) {
    const { key, operator, value, description } = action.preconditions[index]!;
    const problem = checkCondition({ key, operator, expected: value }, state.newest(key));
    if (problem === undefined) continue;
    const message = description === "" ? problem : `${problem} (${description})`;
    (findings ??= []).push({ code: "precondition_failed", path: `preconditions[${index}]`, message, key });
  }
  for (let index = 0; index < action.state_dependencies.length; index++) {
    const key = action.state_dependencies[index]!;
    if (state.newest(key) !== undefined) continue;
    const message = `state key \`${key}\` is not there`;
    (findings ??= []).push({ code: "dependency_missing", path: `state_dependencies[${index}]`, message, key });
  }
  for (let index = 0; index < action.assumptions.length; index++) {
    const assumption = action.assumptions[index]!;
    for (const message of staleness(assumption, state)) {
      const path = `assumptions[${index}]`;
      (findings ??= []).push({ code: "assumption_stale", path, message, key: assumption.key });
    }
  }
  return findings ?? NO_FINDINGS;
}

const NO_FINDINGS: readonly Finding[] = Object.freeze([]);

function staleness({ key, expected_value, read_version }: Action["assumptions"][number], state: RunState): string[] {
  const stale: string[] = [];
  if (expected_value !== undefined && !jsonEqual(state.newest(key), expected_value)) {
    stale.push(`\`${key}\` no longer has the assumed value`);
  }
  const version = state.committed.entry(key)?.version ?? 0;
  if (read_version !== undefined && read_version !== version) {
    stale.push(`\`${key}\` is at version ${version}, version ${read_version} was assumed`);
  }
  return stale;
}

function reasonOf(findings: readonly Finding[]): Reason {
  const keys = [...new Set(findings.flatMap(({ key }) => (key === undefined ? [] : [key])))];
  return {
    code: findings[0]!.code,
    message: findings.map(({ path, message }) => `${path}: ${message}`).join("; "),
    problems: findings.map(({ path, message }) => ({ path, message })),
    ...(keys.length === 0 ? {} : { keys }),
  };
}
