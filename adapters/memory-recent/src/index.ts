export { recentMemory } from "./recent-memory.js";
export type { RecentMemoryOptions } from "./recent-memory.js";
