import { createRuntime } from "@car/engine";
import { durableStore } from "@car/engine/node";
import { noop } from "./fixtures.js";

/** What a process that took up a folder needed for it. */
export interface Recovered {
  readonly ms: number;
  /** Events that were read to rebuild the state. */
  readonly replayed: number;
  /** Keys in the rebuilt state. */
  readonly keys: number;
  /** Most memory that the whole process ever had, in bytes, and what it had before. */
  readonly peakBytes: number;
  readonly bytesBefore: number;
}

const [, , dir] = process.argv;
const bytesBefore = process.memoryUsage.rss();
const started = performance.now();
const store = await durableStore({ dir: dir!, snapshotEvery: 1e9 });
const runtime = createRuntime({ durable: store, tools: [{ schema: { name: "noop" }, execute: noop }] });
await runtime.recover();
const ms = performance.now() - started;
const answer: Recovered = {
  ms,
  replayed: store.opened.replayed,
  keys: store.state.view().keys().length,
  peakBytes: process.resourceUsage().maxRSS * 1024,
  bytesBefore,
};
await runtime.close();
await store.close();
process.send?.(answer);
