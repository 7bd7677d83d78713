import type { Action } from "../action/action.js";
import type { PlanFinding, PolicyHistory, PolicyPlan } from "../ports/policy-flow.js";
import type { PolicyEngine, PolicyStateView } from "../ports/policy-engine.js";
import type { Reason } from "../result/reason.js";
import type { ToolSchema } from "../tool/tool-schema.js";
import { denialReasons } from "./denial-reasons.js";

/** A proposal whose order cannot be told, and on whose behalf it is made. */
export interface UnorderedPlan {
  readonly actions: readonly Action[];
  readonly policy: PolicyEngine | undefined;
  readonly state: PolicyStateView;
  readonly history: PolicyHistory | undefined;
  readonly about: Pick<PolicyPlan, "principal" | "run_id" | "proposal_id" | "now">;
  tool(action: number): ToolSchema | undefined;
}

const NONE: readonly Reason[] = Object.freeze([]);

/**
 * What the policy denies of a proposal that is refused anyway because its order cannot be told: only what it says whether nothing
 * comes before anything or everything does. Nothing from a policy that throws, or answers later. Never throws.
 */
export function orderFreeDenials(unordered: UnorderedPlan): readonly Reason[] {
  if (unordered.policy?.checkPlan === undefined) return NONE;
  try {
    const all = new Set(findings(unordered, true).map(textOf));
    return denialReasons(findings(unordered, false).filter((finding) => all.has(textOf(finding))));
  } catch {
    return NONE;
  }
}

function findings({ policy, state, ...input }: UnorderedPlan, precedes: boolean): readonly PlanFinding[] {
  const { actions, about, history } = input;
  const targets = new Set(actions.map(({ compensation: undo }) => (undo?.type === "action_ref" ? undo.action_id : "")));
  const found = policy!.checkPlan!(
    {
      ...about,
      actions,
      mode: "verify",
      mayCarryLabels: false,
      tool: (action) => input.tool(action),
      scheduled: (action) => !targets.has(actions[action]!.id),
      precedes: () => precedes,
      flow: () => undefined,
      history: policy!.supports.history === true ? history : undefined,
    },
    state,
  );
  if (Array.isArray(found)) return found as readonly PlanFinding[];
  Promise.resolve(found).catch(() => undefined);
  return [];
}

function textOf({ effect, policy_id, message, action_ids }: PlanFinding): string {
  return JSON.stringify([effect, policy_id, message, action_ids]);
}
