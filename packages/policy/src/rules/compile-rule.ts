import { compileAllowState } from "./allow-state.js";
import { compileAllowToolParam } from "./allow-tool-param.js";
import { compileAllowTool } from "./allow-tool.js";
import type { CompiledRule } from "./compiled-rule.js";
import type { DataRule } from "./data-rule.js";
import { compileDenyKeyword } from "./deny-keyword.js";
import { compileDenyToolParam } from "./deny-tool-param.js";
import { compileDenyTool } from "./deny-tool.js";
import { compileFunctionRule, type FunctionRule } from "./function-rule.js";
import { compileRateLimitTool } from "./rate-limit-tool.js";
import { compileRequireApproval } from "./require-approval.js";
import { compileRequireState } from "./require-state.js";

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
    case "function":
      return compileFunctionRule(rule, id);
  }
}
