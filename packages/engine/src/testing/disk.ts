import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";
import { createRuntime } from "../create-runtime.js";
import { durableStore, type DurableStoreOptions } from "../node/index.js";
import { OutsideWorld } from "./outside-world.js";

/** A folder that is removed after the tests of the file, and fresh paths in it. */
export function temporaryPaths(): () => string {
  const folder = mkdtempSync(join(tmpdir(), "car-durable-"));
  let count = 0;
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return () => join(folder, String(++count));
}

/** A runtime on a store on the disk, and the world it acts on. */
export async function openRuntime(dir: string, options: Omit<DurableStoreOptions, "dir"> = {}) {
  const store = await durableStore({ dir, ...options });
  const world = new OutsideWorld();
  const runtime = createRuntime({ durable: store, tools: world.tools });
  const report = await runtime.recover();
  return { store, world, runtime, report };
}

/** Everything a store has, with the version of the state. */
export async function contentsOf(dir: string): Promise<object> {
  const store = await durableStore({ dir });
  const view = store.state.view();
  const entries = (view.entryKeys?.() ?? view.keys()).map((key) => [key, view.entry(key)] as const);
  await store.close();
  return { version: view.version, entries: entries.sort(([left], [right]) => (left < right ? -1 : 1)) };
}

/** A copy of a folder, as `cp -r` makes one. */
export function copyOf(dir: string, to: string): string {
  cpSync(dir, to, { recursive: true });
  return to;
}
