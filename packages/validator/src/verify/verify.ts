import { type ActionProposal, type KeyConflict, setOwn } from "@car/ir";
import { batchIssues } from "./batch-issues.js";
import { prepare } from "./prepare.js";
import { verifyContext, type VerifyContext, type VerifyOptions } from "./verify-options.js";
import type { ReportedConflict, SimulatedValue, VerifyIssue, VerifyReport } from "./verify-report.js";
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
  if ("issues" in prepared) return reportOf(prepared.issues, { order: [], conflicts: [], state: {} });
  const batch = batchIssues(context, prepared.proposal, prepared.graph);
  const fares = await walk(context, prepared.proposal, prepared.graph);
  return reportOf([...batch, ...fares.flatMap(fareIssues)], {
    order: fares.map(({ action_id }) => action_id),
    conflicts: prepared.conflicts.map((conflict) => reported(prepared.proposal, conflict)),
    state: simulatedState(context),
  });
}

/** How each action would fare, and the state that would be left. */
export interface Simulation {
  readonly results: readonly Fare[];
  readonly simulated_state: VerifyReport["simulated_state"];
}

/**
 * Walks through a proposal in execution order as if every call did what it claims. Actions that could not run are
 * skipped, and so is what depends on them.
 * @throws as `verify` does.
 */
export async function simulate(proposal: unknown, options: VerifyOptions = {}): Promise<Simulation> {
  const context = verifyContext(options);
  const prepared = prepare(context, proposal);
  if ("issues" in prepared) return { results: [], simulated_state: {} };
  const results = await walk(context, prepared.proposal, prepared.graph);
  return { results, simulated_state: simulatedState(context) };
}

interface Findings {
  readonly order: readonly string[];
  readonly conflicts: readonly ReportedConflict[];
  readonly state: VerifyReport["simulated_state"];
}

function reportOf(issues: readonly VerifyIssue[], { order, conflicts, state }: Findings): VerifyReport {
  const valid = !issues.some(({ severity }) => severity === "error");
  return { valid, issues, execution_order: order, conflicts, simulated_state: state };
}

function fareIssues({ action_id, verdict, issues, cause }: Fare): readonly VerifyIssue[] {
  if (verdict !== "skipped") return issues;
  const message = `would be skipped: it depends on \`${cause!}\``;
  return [{ action_id, severity: "warning", code: "dependency_unsuccessful", message, tier: "decision_procedure" }];
}

function reported({ actions }: ActionProposal, { key, kind, first, second }: KeyConflict): ReportedConflict {
  return { key, kind, first: actions[first]!.id, second: actions[second]!.id };
}

function simulatedState({ state }: VerifyContext): VerifyReport["simulated_state"] {
  const values: Record<string, SimulatedValue> = {};
  for (const key of state.touched()) {
    const { known, value, claimed } = state.get(key);
    setOwn(values, key, known ? { known, value: value ?? null, present: value !== undefined, claimed } : { known });
  }
  return values;
}
