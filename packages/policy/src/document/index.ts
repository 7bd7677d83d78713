export type { ValueCondition } from "../schema/value-condition.js";
export type { DataRule } from "../rules/data-rule.js";
export { PolicyDocument } from "./policy-document.js";
export { parsePolicyDocument } from "./parse-policy-document.js";
export type { ParsePolicyOptions, PolicyFormat } from "./parse-policy-document.js";
