export { jsonlApprovalStore } from "./jsonl-approval-store.js";
export type { JsonlApprovalStoreOptions } from "./jsonl-approval-store.js";
