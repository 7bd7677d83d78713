import { type Action, type JsonValue, jsonEqual } from "@car/ir";
import { checkCondition, literalKeyOf, settledValue } from "@car/ir/internal";
import type { AbstractValue } from "./abstract-state.js";
import { error, undecided } from "./issue.js";
import type { VerifyContext } from "./verify-options.js";
import type { VerifyIssue } from "./verify-report.js";

/** What the state that is left so far says to an action's conditions. */
export function stateIssues(context: VerifyContext, action: Action): VerifyIssue[] {
  return [
    ...action.preconditions.flatMap(({ key, operator, value, description }) => {
      const what = description === "" ? "precondition" : `precondition (${description})`;
      return conditionIssues(context, action, { what, key, operator, expected: value });
    }),
    ...action.state_dependencies.flatMap((key) => dependencyIssues(context, action, key)),
    ...action.assumptions.flatMap((assumption) => [
      ...beliefIssues(context, action, assumption),
      ...versionIssues(context, action, assumption),
    ]),
    ...(action.type === "assertion" ? assertionIssues(context, action) : []),
  ];
}

function dependencyIssues({ state }: VerifyContext, action: Action, key: string): VerifyIssue[] {
  const now = state.get(key);
  const problem = now.value === undefined ? `state key \`${key}\` is not there` : undefined;
  return judged(action, now, { key, code: "dependency_missing", problem });
}

function assertionIssues(context: VerifyContext, action: Extract<Action, { type: "assertion" }>): VerifyIssue[] {
  const key = literalKeyOf(action);
  const { operator, expected: written = null } = action.parameters;
  const expected = settledValue(written);
  // That a reference is in the way is said once, for the whole action.
  if (key === undefined || expected === undefined) return [];
  return conditionIssues(context, action, { what: "assertion", key, operator, expected });
}

interface StateCondition {
  readonly what: string;
  readonly key: string;
  readonly operator: string;
  readonly expected: JsonValue;
}

function conditionIssues({ state }: VerifyContext, action: Action, condition: StateCondition): VerifyIssue[] {
  const now = state.get(condition.key);
  const failure = checkCondition(condition, now.value);
  const problem = failure === undefined ? undefined : `${condition.what} does not hold: ${failure}`;
  return judged(action, now, { key: condition.key, code: "precondition_failed", problem });
}

type Assumption = Action["assumptions"][number];

function beliefIssues({ state }: VerifyContext, action: Action, { key, expected_value }: Assumption): VerifyIssue[] {
  if (expected_value === undefined) return [];
  const now = state.get(key);
  const problem = jsonEqual(now.value, expected_value) ? undefined : `\`${key}\` no longer has the assumed value`;
  return judged(action, now, { key, code: "assumption_stale", problem });
}

function versionIssues({ state }: VerifyContext, action: Action, { key, read_version }: Assumption): VerifyIssue[] {
  if (read_version === undefined) return [];
  const version = state.version(key);
  if (version === read_version) return [];
  if (version !== undefined) {
    const message = `\`${key}\` is at version ${version}, version ${read_version} was assumed`;
    return [error(action, { code: "assumption_stale", message })];
  }
  if (read_version > 0) return [undecided(action, `plain values have no version, \`${key}\` should have one`)];
  return [error(action, { code: "assumption_stale", message: `\`${key}\` is there, it was assumed to be absent` })];
}

interface Judgement {
  readonly key: string;
  readonly code: "precondition_failed" | "dependency_missing" | "assumption_stale";
  /** What is wrong if the value is as it seems. */
  readonly problem: string | undefined;
}

/** An answer is as sure as the value it rests on. */
function judged(action: Action, now: AbstractValue, { key, code, problem }: Judgement): VerifyIssue[] {
  if (!now.known) return [undecided(action, `what a tool does to \`${key}\` decides (else ${code})`)];
  const tier = now.claimed ? "heuristic" : "decision_procedure";
  if (problem !== undefined) return [error(action, { code, message: problem }, tier)];
  return now.claimed ? [undecided(action, `rests on an action's claim about \`${key}\``, tier)] : [];
}
