export { sqliteEventLog } from "./sqlite-event-log.js";
export type { SqliteEventLogOptions } from "./sqlite-event-log.js";
