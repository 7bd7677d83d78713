import {
  type Action,
  type ActionProposal,
  parseProposal,
  problemText,
  ProposalInvalidError,
  type Reason,
} from "@car/ir";
import {
  type ActionGraph,
  type AdmissionInput,
  admissionProblems,
  buildActionGraph,
  isParsedProposal,
  orderFreeDenials,
  sizeProblems,
} from "@car/ir/internal";
import type { Batch } from "./batch-issues.js";
import { conflictList } from "./conflict-list.js";
import { refusals, whole } from "./issue.js";
import type { VerifyContext } from "./verify-options.js";
import type { ReportedConflict, VerifyIssue } from "./verify-report.js";

/** A proposal with its graph, or the issues that keep it from having one. */
export type Prepared =
  (Batch & { readonly conflicts: readonly ReportedConflict[] }) | { readonly issues: readonly VerifyIssue[] };

/** Parses unless that is done, and builds the graph. Never throws for what the input is. */
export function prepare(context: VerifyContext, input: unknown): Prepared {
  const parsed = parse(context, input);
  if ("issues" in parsed) return parsed;
  const { proposal } = parsed;
  const { actions } = proposal;
  const tooLarge = sizeProblems(actions.length, context.limits, context.capabilities);
  if (tooLarge.length > 0) return { issues: tooLarge.flatMap(refusals) };
  const { conflicts, onConflict } = conflictList(actions);
  const effectsOf = (tool: string) => context.tools?.get(tool)?.schema.effects ?? [];
  const built = buildActionGraph({ actions, effectsOf, onConflict });
  if ("graph" in built) {
    const { graph } = built;
    return { proposal, graph, admission: admissionOf(context, actions, graph), conflicts };
  }
  const admission = admissionOf(context, actions, built.parts);
  const problems = [...built.problems, ...admissionProblems(admission), ...denialsOf(context, proposal, admission)];
  return { issues: problems.flatMap(refusals) };
}

function denialsOf(
  { policy, state, history, principal, now }: VerifyContext,
  { id, actions }: ActionProposal,
  { tools }: AdmissionInput,
): readonly Reason[] {
  return orderFreeDenials({
    actions,
    policy,
    state: { get: (key, options) => (options?.trust === "model" ? state.get(key) : state.trusted(key)).value },
    history,
    about: { principal, now, run_id: "0".repeat(32), proposal_id: id },
    tool: (action) => tools[action]?.schema,
  });
}

function admissionOf(
  { tools, capabilities }: VerifyContext,
  actions: readonly Action[],
  graph: Pick<ActionGraph, "templates" | "access" | "unscheduled">,
): AdmissionInput {
  const toolOf = (action: Action) => (action.type === "tool_call" ? tools?.get(action.tool) : undefined);
  return { actions, graph, tools: actions.map(toolOf), known: tools, capabilities };
}

type Parsed = { readonly proposal: ActionProposal } | { readonly issues: readonly VerifyIssue[] };

function parse({ limits, now }: VerifyContext, input: unknown): Parsed {
  if (isParsedProposal(input)) return { proposal: input };
  try {
    const clock = { now: () => now, setTimer: () => ({ cancel: () => undefined }) };
    return { proposal: parseProposal(input, { limits, clock }) };
  } catch (error) {
    if (!(error instanceof ProposalInvalidError)) throw error;
    return {
      issues: error.problems.map((problem) => whole("error", { code: "invalid", message: problemText(problem) })),
    };
  }
}
