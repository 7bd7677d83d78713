import type { JsonObject } from "@car/ir";
import type { PlanFinding, PolicyHistory, PolicyPlan } from "@car/ir/ports";
import { deny } from "../decision/decisions.js";
import type { DecidingRule } from "./compiled-rule.js";
import { callsOf } from "./rule-scope.js";

/** One call that is asked about. */
export interface AskedCall {
  readonly tool: string;
  readonly parameters: JsonObject;
}

/** What a rule over several calls consists of. */
export interface HistoryRule {
  readonly id: string;
  readonly message: string;
  /** Tools, exact or `prefix*`, whose calls it sees. */
  readonly tools: readonly string[];
  /** Other tools that it speaks of. */
  readonly names?: readonly string[];
  /** Whether what has happened so far forbids this call. */
  readonly forbids: (history: PolicyHistory, call: AskedCall) => boolean;
  /** Positions of the actions that offend, as far as the plan and what happened before it decide that. */
  readonly offenders: (plan: PolicyPlan, actions: readonly number[]) => readonly number[];
}

/** Makes a rule over several calls: of a proposal before anything runs, and of what has happened at each call. */
export function compileHistoryRule({ id, message, tools, names = [], forbids, offenders }: HistoryRule): DecidingRule {
  const denial = deny(id, message);
  return {
    kind: "deciding",
    id,
    scope: callsOf(...new Set(tools)),
    names,
    keysRead: [],
    asks: "history",
    evaluate({ action, parameters, history, mode }) {
      if (action.type !== "tool_call") return undefined;
      // Before anything runs `checkPlan` speaks; a history that nobody keeps must not pass for an empty one.
      if (history === undefined) return mode === "verify" ? undefined : denial;
      return forbids(history, { tool: action.tool, parameters }) ? denial : undefined;
    },
    plan(plan, actions): readonly PlanFinding[] {
      const found = offenders(plan, actions);
      if (found.length === 0) return [];
      const action_ids = found.map((index) => plan.actions[index]!.id);
      return [{ effect: "deny", policy_id: id, message, action_ids }];
    },
  };
}
