import { type Action, checkCondition, type JsonObject, jsonEqual, type Reason, type ReasonCode } from "@car/ir";
import { rejected } from "../run/outcome.js";
import type { Run } from "../run/run.js";
import type { RunState } from "../run/run-state.js";
import type { Slot } from "../run/slot.js";
import { type GateVerdict, PROCEED } from "./gate.js";

interface Finding {
  readonly code: ReasonCode;
  readonly path: string;
  readonly message: string;
  readonly key?: string;
}

/** Is the action well formed and feasible now? Collects everything that is wrong, not just the first thing. */
export function validate(run: Run, slot: Slot): GateVerdict {
  const { action, tool, parameters } = slot;
  if (action.type === "tool_call" && tool === undefined) {
    return rejected({ code: "unknown_tool", message: unknownToolMessage(action.tool, run.config.tools.keys()) });
  }
  const problems = tool === undefined ? undefined : tool.parameters.check(parameters);
  if ((problems === undefined || problems.length === 0) && !hasStateConditions(action)) return PROCEED;

  const findings: Finding[] = (problems ?? []).map(({ path, message }) => ({
    code: "invalid",
    path: `parameters${path}`,
    message,
  }));
  findings.push(...stateFindings(action, run.state));
  return findings.length === 0 ? PROCEED : rejected(reasonOf(findings));
}

/** What is wrong with a compensation's own call. */
export function parameterProblems(slot: Pick<Slot, "tool">, parameters: JsonObject): Reason | undefined {
  const problems = slot.tool?.parameters.check(parameters) ?? [];
  if (problems.length === 0) return undefined;
  return reasonOf(problems.map(({ path, message }) => ({ code: "invalid", path: `parameters${path}`, message })));
}

function hasStateConditions(action: Action): boolean {
  return action.preconditions.length > 0 || action.state_dependencies.length > 0 || action.assumptions.length > 0;
}

function stateFindings(action: Action, state: RunState): Finding[] {
  return [
    ...preconditionFindings(action, state),
    ...dependencyFindings(action, state),
    ...assumptionFindings(action, state),
  ];
}

function preconditionFindings(action: Action, state: RunState): Finding[] {
  return action.preconditions.flatMap(({ key, operator, value, description }, index) => {
    const problem = checkCondition({ key, operator, expected: value }, state.newest(key));
    if (problem === undefined) return [];
    const message = description === "" ? problem : `${problem} (${description})`;
    return [{ code: "precondition_failed" as const, path: `preconditions[${index}]`, message, key }];
  });
}

function dependencyFindings(action: Action, state: RunState): Finding[] {
  return action.state_dependencies.flatMap((key, index) => {
    if (state.newest(key) !== undefined) return [];
    const message = `state key \`${key}\` is not there`;
    return [{ code: "dependency_missing" as const, path: `state_dependencies[${index}]`, message, key }];
  });
}

function assumptionFindings(action: Action, state: RunState): Finding[] {
  return action.assumptions.flatMap(({ key, expected_value, read_version }, index) => {
    const stale: string[] = [];
    if (expected_value !== undefined && !jsonEqual(state.newest(key), expected_value)) {
      stale.push(`\`${key}\` no longer has the assumed value`);
    }
    const version = state.committed.entry(key)?.version ?? 0;
    if (read_version !== undefined && read_version !== version) {
      stale.push(`\`${key}\` is at version ${version}, version ${read_version} was assumed`);
    }
    return stale.map((message) => ({ code: "assumption_stale" as const, path: `assumptions[${index}]`, message, key }));
  });
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

function unknownToolMessage(name: string, known: Iterable<string>): string {
  const names = [...known].sort();
  const shown = names
    .slice(0, 20)
    .map((each) => `\`${each}\``)
    .join(", ");
  const list = names.length === 0 ? "no tool is registered" : `known: ${shown}${names.length > 20 ? ", ..." : ""}`;
  return `tool \`${name}\` is not known (${list})`;
}
