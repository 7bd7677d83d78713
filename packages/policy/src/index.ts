export { rulePolicy } from "./rule-policy.js";
export type { RulePolicyOptions } from "./rule-policy.js";

export { denyTool } from "./rules/deny-tool.js";
export { denyToolParam } from "./rules/deny-tool-param.js";
export type { DenyToolParamOptions } from "./rules/deny-tool-param.js";
export { denyKeyword } from "./rules/deny-keyword.js";
export type { DenyKeywordOptions } from "./rules/deny-keyword.js";
export { allowTool } from "./rules/allow-tool.js";
export { allowToolParam } from "./rules/allow-tool-param.js";
export type { AllowToolParamOptions } from "./rules/allow-tool-param.js";
export { allowState } from "./rules/allow-state.js";
export type { AllowStateOptions } from "./rules/allow-state.js";
export { requireState } from "./rules/require-state.js";
export type { RequireStateOptions } from "./rules/require-state.js";
export { rateLimitTool } from "./rules/rate-limit-tool.js";
export type { RateLimitToolOptions } from "./rules/rate-limit-tool.js";
export { requireApproval } from "./rules/require-approval.js";
export type { ApprovalConditionOptions, RequireApprovalOptions } from "./rules/require-approval.js";
export { denyFlow } from "./rules/deny-flow.js";
export type { FlowOptions } from "./rules/deny-flow.js";
export { requireApprovalForFlow } from "./rules/require-approval-for-flow.js";
export { trustedOnly } from "./rules/trusted-only.js";
export type { TrustedOnlyOptions } from "./rules/trusted-only.js";
export { endorse } from "./rules/endorse.js";
export { maxCalls } from "./rules/max-calls.js";
export { mustPrecede } from "./rules/must-precede.js";
export type { OrderOptions } from "./rules/must-precede.js";
export { neverTogether } from "./rules/never-together.js";
export { neverAfter } from "./rules/never-after.js";
export { separationOfDuties } from "./rules/separation-of-duties.js";
export { definePolicy } from "./rules/function-rule.js";
export type { EvaluateRule, FunctionRule } from "./rules/function-rule.js";
export type { ValueCondition } from "./schema/value-condition.js";
export type { DataRule } from "./rules/data-rule.js";
export type { PolicyRule } from "./rules/compile-rule.js";

export { withShadow } from "./shadow/with-shadow.js";
export type { ShadowOptions } from "./shadow/with-shadow.js";

export { allow, askApproval, deny } from "./decision/decisions.js";
export { combineDecisions } from "./decision/combine-decisions.js";

export { PolicyDocument } from "./document/policy-document.js";
export { parsePolicyDocument } from "./document/parse-policy-document.js";
export type { ParsePolicyOptions, PolicyFormat } from "./document/parse-policy-document.js";

export { checkPolicy } from "./check/check-policy.js";
export type { CheckedPolicy, CheckPolicyOptions } from "./check/check-policy.js";
export { PolicySituation } from "./situation/policy-situation.js";
export { explainDecision } from "./situation/explain-decision.js";
export type { DecisionExplanation, RuleSaying } from "./situation/explain-decision.js";
export { parsePolicyCases, PolicyCases } from "./situation/policy-cases.js";
export type { PolicyCase } from "./situation/policy-cases.js";
export { testPolicy } from "./situation/test-policy.js";
export type { CaseOutcome } from "./situation/test-policy.js";
export { diffPolicies } from "./diff/diff-policies.js";
export type { PolicyDiff, PolicyDifference } from "./diff/diff-policies.js";
