import { testEventLog } from "@car/conformance";
import type { EventLog } from "@car/ir/ports";
import { describe, it } from "vitest";
import { temporaryPaths } from "../testing/temporary-folder.js";
import { jsonlEventLog } from "./jsonl-event-log.js";
import { segmentEventLog } from "./segments/segment-event-log.js";

const nextPath = temporaryPaths();

describe.each([{ fsync: true }, { fsync: false }])("jsonlEventLog($fsync)", ({ fsync }) => {
  const paths = new WeakMap<EventLog, string>();
  const open = (path: string): EventLog => {
    const log = jsonlEventLog({ path, fsync, bufferBytes: 300 });
    paths.set(log, path);
    return log;
  };
  testEventLog(
    { describe, it },
    { create: () => open(nextPath()), reopen: (closed) => open(paths.get(closed) ?? "never opened") },
  );
});

describe.each([
  { durability: "action", segmentBytes: 2_000, inlineBytes: 60 },
  { durability: "commit", segmentBytes: 2_000, inlineBytes: 60 },
  { durability: "none", segmentBytes: 64_000, inlineBytes: 64_000 },
] as const)("segmentEventLog($durability)", (options) => {
  const folders = new WeakMap<EventLog, string>();
  const open = (dir: string): EventLog => {
    const log = segmentEventLog({ dir, bufferBytes: 300, ...options });
    folders.set(log, dir);
    return log;
  };
  testEventLog(
    { describe, it },
    { create: () => open(nextPath()), reopen: (closed) => open(folders.get(closed) ?? "never opened") },
  );
});
