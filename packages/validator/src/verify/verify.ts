import { setOwn } from "@car/ir/internal";
import { type Batch, batchIssues } from "./batch-issues.js";
import { planIssues } from "./plan-issues.js";
import { plannedUndo } from "./planned-undo.js";
import { compensationDenials } from "./policy-issues.js";
import { prepare } from "./prepare.js";
import { verifyContext, type VerifyContext, type VerifyOptions } from "./verify-options.js";
import type { SimulatedValue, VerifyIssue, VerifyReport } from "./verify-report.js";
import { type Fare, walk } from "./walk.js";

/**
 * Says what would happen to a proposal, without running anything: is it well formed, would policy and capabilities let
 * it, do its conditions hold in the state that its own actions leave, in which order would it run, which actions
 * touch the same keys. Where a tool's effects could change an answer, the answer is `undecided`.
 *
 * Accepts a typed proposal or anything else; input that does not parse gives a report, not an exception.
 * @throws `ToolInvalidError`, `ConfigInvalidError`, `SchemaInvalidError` for options that are wrong.
 */
export async function verify(proposal: unknown, options: VerifyOptions = {}): Promise<VerifyReport> {
  const context = verifyContext(options);
  const prepared = prepare(context, proposal);
  if ("issues" in prepared) {
    return { valid: false, issues: prepared.issues, execution_order: [], undo: [], conflicts: [], simulated_state: {} };
  }
  const batch = await wholeIssues(context, prepared);
  const fares = await walk(context, prepared);
  const told = new Set(batch.map(textOf));
  const issues = [...batch, ...fares.flatMap(fareIssues).filter((issue) => !told.has(textOf(issue)))];
  return {
    valid: !issues.some(isError),
    issues,
    execution_order: fares.map(({ action_id }) => action_id),
    undo: plannedUndo(context, prepared),
    conflicts: prepared.conflicts,
    simulated_state: simulatedState(context),
  };
}

/** How each action would fare, and the state that would be left. */
export interface Simulation {
  /** Issues of the proposal as a whole. With an error among them the proposal is refused and nothing would run. */
  readonly issues: readonly VerifyIssue[];
  /** In execution order. */
  readonly results: readonly Fare[];
  readonly simulated_state: VerifyReport["simulated_state"];
}

/**
 * Walks through a proposal in execution order as if every call did what it claims. Actions that could not run are
 * skipped, and so is what depends on them; that a failure may undo the batch is left aside.
 * @throws as `verify` does.
 */
export async function simulate(proposal: unknown, options: VerifyOptions = {}): Promise<Simulation> {
  const context = verifyContext(options);
  const prepared = prepare(context, proposal);
  if ("issues" in prepared) return { issues: prepared.issues, results: [], simulated_state: {} };
  const issues = await wholeIssues(context, prepared);
  if (issues.some(isError)) return { issues, results: [], simulated_state: {} };
  const results = await walk(context, prepared);
  return { issues, results, simulated_state: simulatedState(context) };
}

async function wholeIssues(context: VerifyContext, batch: Batch): Promise<readonly VerifyIssue[]> {
  return [
    ...batchIssues(context, batch),
    ...(await compensationDenials(context, batch)),
    ...(await planIssues(context, batch)),
  ];
}

/** What refuses the proposal whole is found again at the action that it is about. */
function textOf({ action_id, severity, code, message }: VerifyIssue): string {
  return `${action_id} ${severity} ${code} ${message}`;
}

function isError({ severity }: VerifyIssue): boolean {
  return severity === "error";
}

function fareIssues({ action_id, issues, cause }: Fare): readonly VerifyIssue[] {
  if (cause === undefined) return issues;
  const message = `would be skipped: it depends on \`${cause}\``;
  return [
    ...issues,
    { action_id, severity: "warning", code: "dependency_unsuccessful", message, tier: "decision_procedure" },
  ];
}

function simulatedState({ state }: VerifyContext): VerifyReport["simulated_state"] {
  const values: Record<string, SimulatedValue> = {};
  for (const key of state.touched()) {
    const { known, value, claimed } = state.get(key);
    setOwn(values, key, known ? { known, value: value ?? null, present: value !== undefined, claimed } : { known });
  }
  return values;
}
