export { durableStore, readDurableLog } from "./durable-store.js";
export type { DurableStore, DurableStoreOptions, OpenedStore } from "./durable-store.js";
export { loadCheckpoint, saveCheckpoint } from "./checkpoint-file.js";
