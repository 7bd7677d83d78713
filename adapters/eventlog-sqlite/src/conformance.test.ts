import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testEventLog } from "@car/conformance";
import type { EventLog } from "@car/ir/ports";
import { afterAll, describe, it } from "vitest";
import { sqliteEventLog } from "./sqlite-event-log.js";

const folder = mkdtempSync(join(tmpdir(), "car-sqlite-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const paths = new WeakMap<EventLog, string>();
let count = 0;

function open(path: string): EventLog {
  const log = sqliteEventLog({ path });
  paths.set(log, path);
  return log;
}

testEventLog(
  { describe, it },
  {
    create: () => open(join(folder, `${++count}.db`)),
    reopen: (closed) => open(paths.get(closed) ?? "never opened"),
  },
);
