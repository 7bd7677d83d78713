import {
  type ActionProposal,
  type ProposalInput,
  type ProposalResult,
  type Reason,
  RuntimeOverloadedError,
} from "@car/ir";
import { isParsedProposal } from "@car/ir/internal";
import type { ConfigSnapshot } from "../config/config-snapshot.js";
import type { Attempt } from "../dispatch/attempt.js";
import type { Plan, PlanResult } from "../plan/plan.js";
import { begin } from "./begin.js";
import { adopt } from "./children.js";
import type { Host, RunRequest } from "./host.js";
import { parseInput } from "./parse-input.js";
import { refuseEarly } from "./refuse.js";
import type { Proposed } from "./run-scope.js";
import { type Answer, Run } from "./run.js";
import { messageOf } from "./thrown.js";

/**
 * Parses unless that is done, plans, and begins.
 * @throws `RuntimeOverloadedError`; everything else is told by the result.
 */
export function startRun(host: Host, input: unknown, request: RunRequest): Promise<ProposalResult> {
  const config = host.config();
  const startedAt = host.clock.now();
  checkLoad(host, request, config);
  const proposal = isParsedProposal(input) ? input : parseInput(input, host, config);
  if ("named" in proposal) {
    const { named, problems } = proposal;
    return refuseInput(host, request, { named, config, startedAt, reasons: problems });
  }
  const planned = plan(host, proposal, config);
  if (!("problems" in planned)) return launch(host, request, planned, { config, startedAt });
  return refuseInput(host, request, { named: proposal, config, startedAt, reasons: planned.problems }, proposal);
}

/** Executes what a tool proposes: the run ends with the attempt, and the attempt's run does not end before it. */
export function startChild(parent: Attempt, proposal: ProposalInput): Promise<ProposalResult> {
  const { run } = parent;
  return startRun(run.host, proposal, { principal: run.principal, parent });
}

interface RefusedInput {
  readonly named: Proposed;
  readonly config: ConfigSnapshot;
  readonly startedAt: number;
  readonly reasons: readonly Reason[];
}

async function refuseInput(
  host: Host,
  request: RunRequest,
  { named, ...refused }: RefusedInput,
  proposal?: ActionProposal,
): Promise<ProposalResult> {
  const { principal, replaces } = request;
  const scope = host.names.next(named, request);
  const result = await refuseEarly(host, { ...refused, scope, principal, proposal, replaces });
  host.onClosed(result, proposal);
  return result;
}

let kept: Answer;

/** `new Promise` calls this before it returns, so one function serves all runs where each would need its own. */
function keep(resolve: Answer): void {
  kept = resolve;
}

function launch(
  host: Host,
  request: RunRequest,
  plan: Plan,
  { config, startedAt }: { readonly config: ConfigSnapshot; readonly startedAt: number },
): Promise<ProposalResult> {
  const answered = new Promise<ProposalResult>(keep);
  const { parent } = request;
  const scope = host.names.next(plan.proposal, request);
  // Whatever a run starts is paid for by the run.
  const budget = parent === undefined ? host.meterFor(request.principal, config) : parent.run.budget;
  const run = new Run(host, request, { plan, config, scope, budget, startedAt, answer: kept });
  host.open.add(run);
  if (parent !== undefined) adopt(parent, run);
  begin(run);
  return answered;
}

/** A policy's own code may run while a plan is made; what it throws refuses the proposal. */
function plan({ lastPlan }: Host, proposal: ActionProposal, config: ConfigSnapshot): PlanResult {
  try {
    return lastPlan.of(proposal, config);
  } catch (error) {
    const message = `the proposal could not be planned: ${messageOf(error)}`;
    return { problems: [{ code: "policy_denied", message, policies: ["policy_error"] }] };
  }
}

function checkLoad({ open }: Host, { parent }: RunRequest, { limits }: ConfigSnapshot): void {
  if (open.size >= limits.max_open_runs) {
    throw new RuntimeOverloadedError(
      `${open.size} runs are open, at most ${limits.max_open_runs} are allowed (limits.max_open_runs)`,
    );
  }
  if (parent !== undefined && parent.run.depth + 1 > limits.max_run_depth) {
    throw new RuntimeOverloadedError(
      `child runs are nested deeper than ${limits.max_run_depth} (limits.max_run_depth)`,
    );
  }
}
