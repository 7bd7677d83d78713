import type { Action, LabelSet, Reason, ToolSchema } from "@car/ir";
import {
  type ActionGraph,
  buildPolicyPlan,
  denialReasons,
  type FlowSource,
  NO_LABELS,
  type PolicyPlanInput,
} from "@car/ir/internal";
import type { PlanFinding, PolicyHistory } from "@car/ir/ports";
import { isThenable } from "../run/outcome.js";
import type { Run } from "../run/run.js";
import { boundedWait } from "../time/bounded-wait.js";

const NONE: readonly Reason[] = Object.freeze([]);

/** Asks the policy about the proposal as a whole. What it denies is refused now, while nothing has happened. */
export function deniedPlan(run: Run): readonly Reason[] | Promise<readonly Reason[]> {
  const { policy } = run.config;
  if (policy?.checkPlan === undefined) return NONE;
  try {
    const found = policy.checkPlan(buildPolicyPlan(new RunPlanInput(run)), run.state);
    if (!isThenable(found)) return denialReasons(found);
    const { timers } = run.host;
    const bounds = { timers, timeoutMs: run.config.limits.policy_timeout_ms, signals: [] };
    return boundedWait(() => found, bounds).then((end) => {
      if (end.kind === "value") return safely(run, end.value);
      return closed(run, end.kind === "error" ? end.error : "no answer in time");
    });
  } catch (error) {
    return closed(run, error);
  }
}

/** What a plan is made of, read from the run when somebody asks: most plans are not looked at. */
class RunPlanInput implements PolicyPlanInput {
  private readonly run: Run;

  constructor(run: Run) {
    this.run = run;
  }

  get actions(): readonly Action[] {
    return this.run.plan.actions;
  }

  get graph(): ActionGraph {
    return this.run.plan.graph;
  }

  get mode(): "decide" {
    return "decide";
  }

  get about(): this {
    return this;
  }

  get source(): FlowSource | undefined {
    return this.run.flow;
  }

  get history(): PolicyHistory | undefined {
    return this.run.history;
  }

  get principal(): string {
    return this.run.principal;
  }

  get run_id(): string {
    return this.run.scope.run_id;
  }

  get proposal_id(): string {
    return this.run.scope.proposal_id;
  }

  get now(): number {
    return this.run.time;
  }

  tool(action: number): ToolSchema | undefined {
    return this.run.plan.tools[action]?.schema;
  }

  endorses(tool: string): readonly string[] {
    return this.run.config.policy?.endorses?.(tool) ?? NO_LABELS;
  }

  entryLabels(key: string): LabelSet {
    return this.run.state.entry(key)?.labels ?? NO_LABELS;
  }
}

function safely(run: Run, found: readonly PlanFinding[]): readonly Reason[] {
  try {
    return denialReasons(found);
  } catch (error) {
    return closed(run, error);
  }
}

/** A policy that throws denies. The exception's text may quote what it looked at, so only the logger gets it. */
function closed(run: Run, error: unknown): readonly Reason[] {
  run.host.logger.error({ error, run_id: run.scope.run_id }, "a policy threw; the proposal is denied");
  return [{ code: "policy_denied", message: "the policy failed, so it denies", policies: ["policy_error"] }];
}
