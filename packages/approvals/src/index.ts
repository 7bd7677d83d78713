export { memoryApprovalStore } from "./memory-approval-store.js";
