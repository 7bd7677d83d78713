export { memoryStateStore, restoredStateStore } from "./memory-state-store.js";
export type { RestoredState } from "./memory-state-store.js";
