export { cedarPolicy } from "./cedar-policy.js";
export type { CedarPolicyOptions } from "./cedar-policy.js";
