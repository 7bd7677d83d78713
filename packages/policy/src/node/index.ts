export { loadPolicyCases, loadPolicyFile, readPolicyFile } from "./load-policy-file.js";
export type { PolicyFileText } from "./load-policy-file.js";
export { jsonlApprovalStore } from "./jsonl-approval-store.js";
export type { JsonlApprovalStoreOptions } from "./jsonl-approval-store.js";
