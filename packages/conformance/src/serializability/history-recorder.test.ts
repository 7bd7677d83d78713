import type { JsonObject, LiveEvent } from "@car/ir";
import { describe, expect, it } from "vitest";
import { historyRecorder } from "./history-recorder.js";

/** An event that says of its payload only what the recorder looks at. */
const event = (kind: LiveEvent["kind"], run_id: string | undefined, data: JsonObject = {}): LiveEvent => {
  const ids = { trace_id: "1".padStart(32, "0"), span_id: "1".padStart(16, "0") };
  return {
    format_version: 1,
    seq: 1,
    kind,
    timestamp: "2026-01-01T00:00:00.000Z",
    ...ids,
    ...(run_id && { run_id }),
    data,
  } as LiveEvent;
};

const recorder = () =>
  historyRecorder({
    readsOf: (output) =>
      Object.entries(output as JsonObject).map(([key, value]) => ({ key, value: value ?? undefined })),
    versionOf: (value) => JSON.stringify(value),
  });

describe("historyRecorder", () => {
  it("[CFS-8] reads runs out of the events of several runtimes, in the order of their ends", () => {
    const { note, history, open } = recorder();
    note(event("proposal_received", "a"));
    note(event("proposal_received", "b"));
    note(event("proposal_received", "c"));
    note(event("state_changed", "b", { changes: [{ key: "x", value: "v1", origin: "tool" }] }));
    note(event("action_succeeded", "b", { output: { x: "v0", y: null } }));
    note(event("proposal_completed", "b", { status: "committed" }));
    note(event("state_changed", undefined, { changes: [{ key: "x", value: "v2", origin: "host" }] }));
    note(event("proposal_completed", "a", { status: "rolled_back" }));

    expect(history).toEqual([
      {
        run_id: "b",
        committed: true,
        operations: [
          { kind: "read", key: "x", version: '"v0"' },
          { kind: "read", key: "y", version: null },
          { kind: "write", key: "x", version: '"v1"' },
        ],
      },
      { run_id: "host-1", committed: true, operations: [{ kind: "write", key: "x", version: '"v2"' }] },
      { run_id: "a", committed: false, operations: [] },
    ]);
    expect(open()).toEqual(["c"]);
  });

  it("[CFS-8] refuses deletions, which cannot be told from what was never written", () => {
    const { note } = recorder();
    note(event("proposal_received", "a"));
    expect(() => note(event("state_changed", "a", { changes: [{ key: "x", origin: "tool" }] }))).toThrow("is deleted");
  });
});
