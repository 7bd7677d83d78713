import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { countingIds } from "@car/conformance";
import { collectEvents } from "@car/conformance/internal";
import { payloadOf } from "@car/ir";
import { afterAll, describe, expect, it } from "vitest";
import { createRuntime } from "../create-runtime.js";
import { durableStore } from "../node/durable-store.js";
import { call, tool } from "../testing/fixtures.js";
import { replayRuns } from "./replay-runs.js";

const folder = mkdtempSync(join(tmpdir(), "car-replay-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("replayRuns, on the log of a durable store", () => {
  it("[RP-7] [8.1] a run that another process took up says so, and is listed; the others come out the same", async () => {
    const schema = { reversibility: "reversible" } as const;
    const tools = [tool("hang", () => new Promise(() => undefined), schema), tool("ok", () => 1, schema)];
    const first = await durableStore({ dir: folder });
    const before = createRuntime({ tools, durable: first });
    await before.execute({ actions: [call("a", "ok")] });
    void before.execute({ actions: [call("a", "hang")] });
    await first.eventLog.flush();
    await first.close();
    const second = await durableStore({ dir: folder });
    const after = createRuntime({
      tools: [tool("hang", () => 2, schema), tools[1]!],
      durable: second,
      ids: countingIds(7),
    });
    const { runs } = await after.recover();
    expect(runs.map(({ handled }) => handled)).toEqual(["resumed"]);
    await after.execute({ actions: [call("b", "ok")] });
    const events = await collectEvents(second.eventLog);
    const resumed = events.filter((event) => event.kind === "proposal_resumed");
    expect(resumed.map((event) => payloadOf(event).after)).toEqual(["crash"]);
    const report = await replayRuns(events);
    expect([report.equal, report.runs, report.skipped.map(({ reason }) => reason)]).toEqual([true, 2, ["interrupted"]]);
    await second.close();
  });
});
