import {
  type ActionProposal,
  buildActionGraph,
  isParsedProposal,
  parseProposal,
  problemText,
  ProposalInvalidError,
} from "@car/ir";
import type { Batch } from "./batch-issues.js";
import { conflictList } from "./conflict-list.js";
import { whole } from "./issue.js";
import { proposalIssues, sizeIssues } from "./proposal-issues.js";
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
  const tooLarge = sizeIssues(context, proposal);
  if (tooLarge.length > 0) return { issues: tooLarge };
  const { conflicts, onConflict } = conflictList(proposal.actions);
  const effectsOf = (tool: string) => context.tools?.get(tool)?.schema.effects ?? [];
  const built = buildActionGraph({ actions: proposal.actions, effectsOf, onConflict });
  if ("graph" in built) return { proposal, graph: built.graph, conflicts };
  const problems = built.problems.map(({ code, message, action_id }) => ({
    ...(action_id === undefined ? {} : { action_id }),
    ...whole("error", { code, message }),
  }));
  return { issues: [...problems, ...proposalIssues(context, proposal)] };
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
