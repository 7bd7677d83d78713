export type { TestRunner } from "./test-runner.js";
export { assertEqual, AssertionError, assertRejectsCode, assertThrowsCode } from "./assert.js";
export { manualClock } from "./clock/manual-clock.js";
export type { ManualClock } from "./clock/manual-clock.js";
export { countingIds } from "./clock/counting-ids.js";
export { seededRandom } from "./clock/seeded-random.js";
export { testEventLog } from "./suites/test-event-log.js";
export type { EventLogFactory } from "./suites/test-event-log.js";
export { testStateStore } from "./suites/test-state-store.js";
