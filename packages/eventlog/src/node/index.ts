export { jsonlEventLog } from "./jsonl-event-log.js";
export type { JsonlEventLogOptions } from "./jsonl-event-log.js";
export { readJsonl } from "./read-jsonl.js";
export type { ReadJsonlOptions } from "./read-jsonl.js";
export type { LogFileSystem } from "./log-file-system.js";
export { ed25519Signer, ed25519Verifier } from "./ed25519.js";
export { nodeSha256 } from "./node-sha256.js";
