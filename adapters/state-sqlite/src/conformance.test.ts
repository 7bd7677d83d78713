import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testStateStore } from "@car/conformance";
import type { StateStore } from "@car/ir/ports";
import { afterAll, describe, it } from "vitest";
import { sqliteStateStore } from "./sqlite-state-store.js";

const folder = mkdtempSync(join(tmpdir(), "car-sqlite-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const paths = new WeakMap<StateStore, string>();
let count = 0;

function open(path: string): StateStore {
  const store = sqliteStateStore({ path });
  paths.set(store, path);
  return store;
}

testStateStore(
  { describe, it },
  {
    create: () => open(join(folder, `${++count}.db`)),
    reopen: (closed) => open(paths.get(closed) ?? "never opened"),
  },
);
