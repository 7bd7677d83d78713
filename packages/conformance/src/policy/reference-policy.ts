import { contentHash, type JsonObject, type JsonValue } from "@car/ir";
import {
  ALLOW,
  type Decision,
  type PolicyEngine,
  type PolicyReason,
  type PolicyRequest,
  type PolicyStateView,
} from "@car/ir/ports";
import { type Answer, answerOf, type Matcher, type ReferenceRule, sees } from "./reference-rules.js";

/** What can be replaced in a reference policy. */
export interface ReferencePolicyOptions {
  /** Whether a pattern occurs in a text. Default: JavaScript's own engine, which some patterns can hang. */
  readonly matches?: Matcher;
}

interface Call {
  readonly rule: ReferenceRule;
  readonly principal: string;
  readonly time: number;
}

/**
 * A policy engine that reads its document anew for every question: no index, nothing compiled, every call remembered
 * for ever. Slow and obvious, to compare others with. It takes the document as it is and does not check it.
 */
export function referencePolicy(document: JsonObject, options: ReferencePolicyOptions = {}): PolicyEngine {
  const rules = document["rules"] as unknown as readonly ReferenceRule[];
  const matches = options.matches ?? ((pattern, text) => new RegExp(pattern, "u").test(text));
  const calls: Call[] = [];

  const isFull = (rule: ReferenceRule, { principal, now }: PolicyRequest): boolean => {
    const counted = calls.filter(
      (call) =>
        call.rule === rule &&
        (rule.per_principal !== true || call.principal === principal) &&
        now - call.time < Number(rule.interval_ms),
    );
    return counted.length >= Number(rule.max_calls);
  };

  return {
    version: contentHash(document),
    supports: { rateLimits: true },
    check(request, state) {
      const own = rules.filter((rule) => sees(rule, request.action));
      const limits = own.filter(({ type }) => type === "rate_limit_tool");
      const full = request.mode === "recheck" ? [] : limits.filter((rule) => isFull(rule, request));
      const answers: Answered[] = [
        ...own.map((rule) => ({ rule, answer: closedAnswer(rule, { request, state, matches }) })),
        ...full.map((rule) => ({ rule, answer: "deny" as const })),
      ];
      const decision = combine(answers, document["default"]);
      if (decision.effect !== "deny" && request.mode === "decide") {
        calls.push(...limits.map((rule) => ({ rule, principal: request.principal, time: request.now })));
      }
      return decision;
    },
    keysRead: (action) => [...new Set(rules.filter((rule) => sees(rule, action)).flatMap(keysOf))],
  };
}

interface Answered {
  readonly rule: ReferenceRule;
  readonly answer: Answer;
}

interface Question {
  readonly request: PolicyRequest;
  readonly state: PolicyStateView;
  readonly matches: Matcher;
}

function closedAnswer(rule: ReferenceRule, question: Question): Answer {
  try {
    return answerOf(rule, question);
  } catch {
    return "deny";
  }
}

function combine(answers: readonly Answered[], fallback: JsonValue | undefined): Decision {
  const reasonsOf = (wanted: Answer): readonly PolicyReason[] =>
    answers.filter(({ answer }) => answer === wanted).map(({ rule }) => reasonOf(rule));
  const denials = reasonsOf("deny");
  if (fallback === "deny" && answers.every(({ answer, rule }) => answer === undefined || isLimit(rule))) {
    return { effect: "deny", reasons: [{ policy_id: "default", message: "no rule allows this" }, ...denials] };
  }
  if (denials.length > 0) return { effect: "deny", reasons: denials };
  const approvals = reasonsOf("require_approval");
  return approvals.length > 0 ? { effect: "require_approval", reasons: approvals } : ALLOW;
}

function isLimit({ type }: ReferenceRule): boolean {
  return type === "rate_limit_tool";
}

function reasonOf({ id, type }: ReferenceRule): PolicyReason {
  return { policy_id: id ?? type, message: `the rule of type ${type} says so` };
}

function keysOf({ key, when = [] }: ReferenceRule): readonly string[] {
  return [key, ...when.map(({ state }) => state)].filter((name) => name !== undefined);
}
