import { compileAllowState } from "./allow-state.js";
import { compileAllowToolParam } from "./allow-tool-param.js";
import { compileAllowTool } from "./allow-tool.js";
import type { CompiledRule } from "./compiled-rule.js";
import type { DataRule } from "./data-rule.js";
import { compileDenyFlow } from "./deny-flow.js";
import { compileDenyKeyword } from "./deny-keyword.js";
import { compileDenyToolParam } from "./deny-tool-param.js";
import { compileDenyTool } from "./deny-tool.js";
import { compileEndorse } from "./endorse.js";
import { compileFunctionRule, type FunctionRule } from "./function-rule.js";
import { compileMaxCalls } from "./max-calls.js";
import { compileMustPrecede } from "./must-precede.js";
import { compileNeverAfter } from "./never-after.js";
import { compileNeverTogether } from "./never-together.js";
import { compileRateLimitTool } from "./rate-limit-tool.js";
import { compileRequireApprovalForFlow } from "./require-approval-for-flow.js";
import { compileRequireApproval } from "./require-approval.js";
import { compileRequireState } from "./require-state.js";
import { compileSeparationOfDuties } from "./separation-of-duties.js";
import { compileTrustedOnly } from "./trusted-only.js";

/** A rule, as data or as code. */
export type PolicyRule = DataRule | FunctionRule;

/** Makes a checked rule ready to be asked; a counting one starts from zero. */
export function compileRule(rule: PolicyRule, id: string): CompiledRule {
  switch (rule.type) {
    case "deny_tool":
      return compileDenyTool(rule, id);
    case "deny_tool_param":
      return compileDenyToolParam(rule, id);
    case "allow_tool":
      return compileAllowTool(rule, id);
    case "allow_tool_param":
      return compileAllowToolParam(rule, id);
    case "allow_state":
      return compileAllowState(rule, id);
    case "deny_keyword":
      return compileDenyKeyword(rule, id);
    case "require_state":
      return compileRequireState(rule, id);
    case "rate_limit_tool":
      return compileRateLimitTool(rule, id);
    case "require_approval":
      return compileRequireApproval(rule, id);
    case "deny_flow":
      return compileDenyFlow(rule, id);
    case "require_approval_for_flow":
      return compileRequireApprovalForFlow(rule, id);
    case "trusted_only":
      return compileTrustedOnly(rule, id);
    case "endorse":
      return compileEndorse(rule, id);
    case "max_calls":
      return compileMaxCalls(rule, id);
    case "must_precede":
      return compileMustPrecede(rule, id);
    case "never_together":
      return compileNeverTogether(rule, id);
    case "never_after":
      return compileNeverAfter(rule, id);
    case "separation_of_duties":
      return compileSeparationOfDuties(rule, id);
    case "function":
      return compileFunctionRule(rule, id);
  }
}
