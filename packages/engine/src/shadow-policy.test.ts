import { collectEvents } from "@car/conformance/internal";
import { denyTool, rulePolicy, withShadow } from "@car/policy";
import { describe, expect, it } from "vitest";
import { replayRuns } from "./replay/replay-runs.js";
import { call, testRuntime, tool } from "./testing/fixtures.js";

describe("a policy on trial", () => {
  it("[EN-110] [6.1] [7.6] is in the log with each decision, is not enforced, and the log replays", async () => {
    const policy = withShadow(rulePolicy([]), rulePolicy([denyTool("shell")]));
    const { runtime } = testRuntime({ tools: [tool("shell", () => 1)], policy });
    expect((await runtime.execute({ actions: [call("a", "shell")] })).status).toBe("committed");
    const events = await collectEvents(runtime.eventLog);
    expect(events.find(({ kind }) => kind === "policy_decided")?.data).toMatchObject({
      effect: "allow",
      shadow: { effect: "deny", reasons: [{ policy_id: "deny_tool:shell" }] },
    });
    expect(await replayRuns(events)).toMatchObject({ equal: true, runs: 1 });
  });
});
