import {
  type ActionGraph,
  type ActionProposal,
  buildActionGraph,
  isParsedProposal,
  type KeyConflict,
  parseProposal,
  problemText,
  ProposalInvalidError,
} from "@car/ir";
import { sizeIssues } from "./batch-issues.js";
import type { VerifyContext } from "./verify-options.js";
import type { VerifyIssue } from "./verify-report.js";

/** A proposal with its graph, or the issues that keep it from having one. */
export type Prepared =
  | { readonly proposal: ActionProposal; readonly graph: ActionGraph; readonly conflicts: readonly KeyConflict[] }
  | { readonly issues: readonly VerifyIssue[] };

/** Parses unless that is done, and builds the graph. Never throws for what the input is. */
export function prepare(context: VerifyContext, input: unknown): Prepared {
  const parsed = isParsedProposal(input) ? input : parse(input, context);
  if (Array.isArray(parsed)) return { issues: parsed };
  const proposal = parsed as ActionProposal;
  const tooLarge = sizeIssues(context, proposal);
  if (tooLarge.length > 0) return { issues: tooLarge };
  const conflicts: KeyConflict[] = [];
  const built = buildActionGraph({
    actions: proposal.actions,
    effectsOf: (tool) => context.tools?.get(tool)?.schema.effects ?? [],
    onConflict: (conflict) => conflicts.push(conflict),
  });
  if ("graph" in built) return { proposal, graph: built.graph, conflicts };
  return {
    issues: built.problems.map(({ code, message, action_id }) => ({
      ...(action_id === undefined ? {} : { action_id }),
      severity: "error",
      code,
      message,
      tier: "decision_procedure",
    })),
  };
}

function parse(input: unknown, { limits, now }: VerifyContext): ActionProposal | readonly VerifyIssue[] {
  try {
    return parseProposal(input, { limits, clock: { now: () => now, setTimer: () => ({ cancel: () => undefined }) } });
  } catch (error) {
    if (!(error instanceof ProposalInvalidError)) throw error;
    return error.problems.map((problem) => ({
      severity: "error",
      code: "invalid",
      message: problemText(problem),
      tier: "decision_procedure",
    }));
  }
}
