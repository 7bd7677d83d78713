export { memoryStateStore } from "./memory-state-store.js";
