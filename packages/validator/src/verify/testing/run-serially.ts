import { type Action, type ActionProposal, jsonEqual, type JsonValue } from "@car/ir";
import { checkCondition } from "@car/ir/internal";

/** For tests: how a run ended in which failures are tolerated. */
export interface SerialRun {
  readonly verdicts: ReadonlyMap<string, "would_run" | "would_fail" | "skipped">;
  readonly state: ReadonlyMap<string, JsonValue>;
}

/**
 * For tests: runs actions one by one, in the order of the list, with tools that write what their action claims. Knows
 * exact keys, literal values and dependencies on earlier actions only.
 */
export function runSerially({ actions }: ActionProposal, initial: Readonly<Record<string, JsonValue>>): SerialRun {
  const state = new Map(Object.entries(initial));
  const verdicts = new Map<string, "would_run" | "would_fail" | "skipped">();
  const writersOf = new Map<string, string[]>();
  for (const action of actions) {
    const suppliers = action.state_dependencies.map((key) => writersOf.get(key) ?? []);
    const needs = [...action.dependencies, ...suppliers.filter(({ length }) => length === 1).flat()];
    if (needs.some((id) => verdicts.get(id) !== "would_run")) verdicts.set(action.id, "skipped");
    else if (!conditionsHold(action, state)) verdicts.set(action.id, "would_fail");
    else {
      verdicts.set(action.id, "would_run");
      for (const [key, value] of writesOf(action)) state.set(key, value);
    }
    for (const key of new Set(writesOf(action).map(([written]) => written))) {
      writersOf.set(key, [...(writersOf.get(key) ?? []), action.id]);
    }
  }
  return { verdicts, state };
}

function conditionsHold(action: Action, state: ReadonlyMap<string, JsonValue>): boolean {
  const conditions = action.preconditions.map(({ key, operator, value }) => ({ key, operator, expected: value }));
  if (action.type === "assertion") {
    const { key, operator, expected = null } = action.parameters;
    conditions.push({ key: key as string, operator, expected });
  }
  return (
    conditions.every((condition) => checkCondition(condition, state.get(condition.key)) === undefined) &&
    action.state_dependencies.every((key) => state.has(key)) &&
    action.assumptions.every(({ key, expected_value }) => jsonEqual(state.get(key), expected_value))
  );
}

function writesOf(action: Action): readonly (readonly [string, JsonValue])[] {
  const claims = Object.entries(action.expected_effects);
  if (action.type !== "state_write") return claims;
  return [[action.parameters.key as string, action.parameters.value], ...claims];
}
