import type { Decision, PlanFinding, PolicyFlow, PolicyPlan, PolicyRequest } from "@car/ir/ports";
import type { ToolSchema } from "@car/ir";
import { listOf, type TargetsField } from "../schema/flow-fields.js";
import type { DecidingRule } from "./compiled-rule.js";
import { flowTargets, type FlowTarget } from "./flow-target.js";
import { callsOf } from "./rule-scope.js";

/** What the two rules about flow have in common. */
export interface FlowRuleData {
  readonly from: string | readonly string[];
  readonly to: TargetsField;
  readonly message?: string | undefined;
}

/** How a rule answers. */
export interface FlowAnswer {
  readonly effect: PlanFinding["effect"];
  readonly decide: (id: string, message: string) => Decision;
  /** What is said of data that gets there: `may not reach`. */
  readonly verb: string;
}

/** Makes a rule about labels that reach a place. The same question is asked of a plan, and again of each call. */
export function compileFlowRule(rule: FlowRuleData, id: string, answer: FlowAnswer): DecidingRule {
  const labels = listOf(rule.from);
  const targets = flowTargets(rule.to);
  const complaint = (call: Call): string | undefined => {
    for (const target of targets) {
      if (!target.covers(call.name, call.schema)) continue;
      const found = labels.filter((label) => call.flow.labels(target.param).includes(label));
      if (found.length > 0) return rule.message ?? messageOf(found, target, { call, verb: answer.verb });
    }
    return undefined;
  };
  const untracked = answer.decide(id, rule.message ?? "nobody follows where the data of this call comes from");
  return {
    kind: "deciding",
    id,
    scope: callsOf(...new Set(targets.map(({ tools }) => tools))),
    keysRead: [],
    asks: "flow",
    needsLabels: true,
    evaluate(request) {
      if (request.action.type !== "tool_call") return undefined;
      const { flow, tool: schema } = request;
      if (flow === undefined) return isSeen(request, targets) ? untracked : undefined;
      // Nearly all calls have no labels at all.
      if (flow.labels().length === 0) return undefined;
      const message = complaint({ name: request.action.tool, schema, flow });
      return message === undefined ? undefined : answer.decide(id, message);
    },
    plan(plan, actions) {
      return actions.flatMap((index) => {
        const call = callOf(plan, index);
        const message = call === undefined ? undefined : complaint(call);
        if (message === undefined) return [];
        return [{ effect: answer.effect, policy_id: id, message, action_ids: [plan.actions[index]!.id] }];
      });
    },
  };
}

interface Call {
  readonly name: string;
  readonly schema: ToolSchema | undefined;
  readonly flow: PolicyFlow;
}

function callOf(plan: PolicyPlan, index: number): Call | undefined {
  const action = plan.actions[index]!;
  const flow = plan.flow(index);
  if (flow === undefined || action.type !== "tool_call") return undefined;
  return { name: action.tool, schema: plan.tool(index), flow };
}

/** Before anything runs `checkPlan` speaks; a call that nobody follows must not pass for one without labels. */
function isSeen({ mode, action, tool }: PolicyRequest, targets: readonly FlowTarget[]): boolean {
  return mode !== "verify" && action.type === "tool_call" && targets.some((each) => each.covers(action.tool, tool));
}

function messageOf(
  labels: readonly string[],
  target: FlowTarget,
  { call, verb }: { readonly call: Call; readonly verb: string },
): string {
  const names = labels.map((label) => `\`${label}\``).join(" and ");
  const tools = new Set(labels.flatMap((label) => call.flow.origins(label).map(({ tool }) => `\`${tool}\``)));
  const from = tools.size === 0 ? "" : ` (from ${[...tools].slice(0, 3).join(", ")})`;
  return `data labelled ${names}${from} ${verb} ${target.text}`;
}
