export { loadPolicyFile } from "./load-policy-file.js";
export { jsonlApprovalStore } from "./jsonl-approval-store.js";
export type { JsonlApprovalStoreOptions } from "./jsonl-approval-store.js";
