import { type ActionProposal, type ProposalResult, type Reason, RuntimeOverloadedError } from "@car/ir";
import type { Executor } from "@car/ir/ports";
import type { BudgetMeter } from "../budget/budget-meter.js";
import type { ConfigSnapshot } from "../config/config-snapshot.js";
import { buildPlan, type PlanResult } from "../plan/plan.js";
import { begin } from "./begin.js";
import { parseInput } from "./parse-input.js";
import { refuseEarly } from "./refuse-early.js";
import type { OpenRuns } from "./open-runs.js";
import type { RunNames } from "./run-names.js";
import { Run } from "./run.js";
import type { Services } from "./services.js";

/** One request to execute. */
export interface StartRequest {
  readonly input: unknown;
  readonly principal: string;
  readonly signal: AbortSignal | undefined;
  readonly executor: Executor | undefined;
  readonly parent?: { readonly run: Run; readonly action: number };
}

/** What starting a run needs from its runtime. */
export interface RunStarter {
  readonly services: Services;
  readonly names: RunNames;
  readonly config: () => ConfigSnapshot;
  readonly meterFor: (principal: string, config: ConfigSnapshot) => BudgetMeter | undefined;
  /** Says that a run which `meterFor` gave a meter is over. */
  readonly leaveMeter: (principal: string) => void;
  /** Open runs, and the only place that knows them. */
  readonly open: OpenRuns;
  readonly onClosed: (result: ProposalResult) => void;
}

/**
 * Parses unless that is done, plans, and begins.
 * @throws `RuntimeOverloadedError`; everything else is told by the result.
 */
export function startRun(starter: RunStarter, request: StartRequest): Promise<ProposalResult> {
  const config = starter.config();
  const startedAt = starter.services.clock.now();
  checkLoad(starter, request, config);
  const parsed = parseInput(request.input, { config, services: starter.services, names: starter.names });
  const { proposal } = parsed;
  const planned = proposal === undefined ? { problems: parsed.problems } : plan(proposal, config);
  if ("problems" in planned || proposal === undefined) {
    const reasons = "problems" in planned ? planned.problems : [];
    const scope = starter.names.next(parsed.proposalId, parsed.actionIds(), traceOf(request));
    const refusal = { scope, principal: request.principal, config, proposal, reasons, startedAt };
    return refuseEarly(starter.services, refusal).then((result) => {
      starter.onClosed(result);
      return result;
    });
  }
  return launch(starter, request, { config, startedAt, plan: planned.plan });
}

interface Launch {
  readonly config: ConfigSnapshot;
  readonly startedAt: number;
  readonly plan: Extract<PlanResult, { plan: unknown }>["plan"];
}

function launch(
  starter: RunStarter,
  request: StartRequest,
  { config, startedAt, plan }: Launch,
): Promise<ProposalResult> {
  return new Promise((resolve) => {
    const run: Run = new Run({
      plan,
      config,
      services: starter.services,
      scope: starter.names.next(plan.proposal.id, plan.actionIds, traceOf(request)),
      principal: request.principal,
      executor: request.executor ?? request.parent?.run.executor,
      parent: request.parent?.run,
      parentAction: request.parent?.action ?? -1,
      budget: starter.meterFor(request.principal, config),
      startedAt,
      resolve: (result) => {
        starter.open.delete(run);
        if (run.budget !== undefined) starter.leaveMeter(request.principal);
        starter.onClosed(result);
        resolve(result);
      },
    });
    starter.open.add(run);
    begin(run, request.signal);
  });
}

/** A policy's own code may run while a plan is made; what it throws refuses the proposal. */
function plan(proposal: ActionProposal, config: ConfigSnapshot): PlanResult {
  try {
    return buildPlan(proposal, config);
  } catch (error) {
    const message = `the proposal could not be planned: ${error instanceof Error ? error.message : String(error)}`;
    const problem: Reason = { code: "policy_denied", message, policies: ["policy_error"] };
    return { problems: [problem] };
  }
}

function traceOf({ parent }: StartRequest): string | undefined {
  return parent?.run.scope.trace_id;
}

function checkLoad({ open }: RunStarter, { parent }: StartRequest, { limits }: ConfigSnapshot): void {
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
