import {
  type ActionProposal,
  isParsedProposal,
  joinLabels,
  type LabelSet,
  NO_LABELS,
  type ProposalResult,
  type Reason,
  type ReplacedRun,
  RuntimeOverloadedError,
} from "@car/ir";
import type { Executor } from "@car/ir/ports";
import type { BudgetMeter } from "../budget/budget-meter.js";
import type { ConfigSnapshot } from "../config/config-snapshot.js";
import { buildPlan, type PlanResult } from "../plan/plan.js";
import { exposedLabels } from "../flow/output-labels.js";
import type { SessionState } from "../session/session-state.js";
import { begin } from "./begin.js";
import { parseInput, type UnparsedInput } from "./parse-input.js";
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
  readonly replaces?: ReplacedRun | undefined;
  /** The session in which it was proposed. */
  readonly session?: SessionState | undefined;
}

/** What starting a run needs from its runtime. */
export interface RunStarter {
  readonly services: Services;
  readonly names: RunNames;
  readonly config: () => ConfigSnapshot;
  readonly meterFor: (principal: string, config: ConfigSnapshot) => BudgetMeter | undefined;
  /** Open runs, and the only place that knows them. */
  readonly open: OpenRuns;
  /** Takes a run out of `open` and tells who wants to know; without a result nobody can say how it ended. */
  readonly onEnd: (run: Run, result: ProposalResult | undefined) => void;
  /** Takes a run out of `open` that waits for approvals. */
  readonly onSuspend: (run: Run, result: ProposalResult) => void;
  /** Told of the results of proposals that never became a run. */
  readonly onClosed: (result: ProposalResult, proposal?: ActionProposal) => void;
}

/**
 * Parses unless that is done, plans, and begins.
 * @throws `RuntimeOverloadedError`, `RunUndecidedError` (as a rejection); everything else is told by the result.
 */
export function startRun(starter: RunStarter, request: StartRequest): Promise<ProposalResult> {
  const config = starter.config();
  const startedAt = starter.services.clock.now();
  checkLoad(starter, request, config);
  const { input } = request;
  if (isParsedProposal(input)) return startParsed(starter, request, { config, startedAt, proposal: input });
  const parsed = parseInput(input, { config, services: starter.services, names: starter.names });
  if ("proposal" in parsed) return startParsed(starter, request, { config, startedAt, proposal: parsed.proposal });
  return refuseInput(starter, request, { ...parsed, config, startedAt });
}

interface ParsedStart {
  readonly config: ConfigSnapshot;
  readonly startedAt: number;
  readonly proposal: ActionProposal;
}

function startParsed(
  starter: RunStarter,
  request: StartRequest,
  { config, startedAt, proposal }: ParsedStart,
): Promise<ProposalResult> {
  const planned = plan(proposal, config);
  if ("plan" in planned) return launch(starter, request, { config, startedAt, plan: planned.plan });
  const { id: proposalId, actions } = proposal;
  const actionIds = actions.map(({ id }) => id);
  return refuseInput(starter, request, {
    problems: planned.problems,
    config,
    startedAt,
    proposal,
    proposalId,
    actionIds,
  });
}

interface RefusedInput extends UnparsedInput {
  readonly config: ConfigSnapshot;
  readonly startedAt: number;
  readonly proposal?: ActionProposal;
}

async function refuseInput(
  starter: RunStarter,
  request: StartRequest,
  { problems: reasons, proposalId, actionIds, config, startedAt, proposal }: RefusedInput,
): Promise<ProposalResult> {
  const scope = starter.names.next(proposalId, actionIds, traceOf(request));
  const { principal, replaces } = request;
  const refusal = { scope, principal, config, proposal, reasons, startedAt, replaces };
  const result = await refuseEarly(starter.services, refusal);
  starter.onClosed(result, proposal);
  return result;
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
  const answered = new Promise<ProposalResult>(keepResolve);
  const run = new Run({
    plan,
    config,
    services: starter.services,
    scope: starter.names.next(plan.proposal.id, plan.actionIds, traceOf(request)),
    principal: request.principal,
    executor: request.executor ?? request.parent?.run.executor,
    parent: request.parent?.run,
    parentAction: request.parent?.action ?? -1,
    replaces: request.replaces,
    session: request.session ?? request.parent?.run.session,
    contextLabels: request.parent === undefined ? undefined : labelsForChild(request.parent),
    budget: starter.meterFor(request.principal, config),
    startedAt,
    onEnd: starter.onEnd,
    onSuspend: starter.onSuspend,
    resolve: keptResolve,
  });
  starter.open.add(run);
  begin(run, request.signal);
  return answered;
}

/** What a tool proposes itself, it makes of what it was given and of what it has read. */
function labelsForChild({ run, action }: NonNullable<StartRequest["parent"]>): LabelSet {
  return run.flow === undefined ? NO_LABELS : joinLabels(run.flow.context, exposedLabels(run.flow, run.slots[action]!));
}

let keptResolve: (result: ProposalResult | Promise<never>) => void;

/** `new Promise` calls this before it returns, so one function serves all runs where each would need its own. */
function keepResolve(resolve: typeof keptResolve): void {
  keptResolve = resolve;
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
