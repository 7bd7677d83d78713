import { describe, expect, it } from "vitest";
import { collectEvents } from "@car/conformance/internal";
import { createRuntime } from "../create-runtime.js";
import { call, tool } from "../testing/fixtures.js";
import { steadyClock } from "./steady-clock.js";

describe("time", () => {
  it("[EN-136] goes on from where it was when the clock is set back", () => {
    const told = [10, 20, 5, 8, 30, 0];
    const clock = steadyClock({ now: () => told.shift()!, setTimer: () => expect.fail("no timer") });
    expect([1, 2, 3, 4, 5, 6].map(() => clock.now())).toEqual([10, 20, 20, 23, 45, 45]);
  });

  it("[EN-136] no duration is negative, in results and in the log", async () => {
    let now = 1_000_000;
    const clock = { now: () => now, setTimer: () => ({ cancel: () => undefined }) };
    const back = tool("back", () => void (now -= 60_000), { reversibility: "reversible" });
    const runtime = createRuntime({ clock, tools: [back] });
    const actions = [call("a", "back"), call("b", "back", { dependencies: ["a"] })];
    const result = await runtime.execute({ actions });
    const text = JSON.stringify([result, await collectEvents(runtime.eventLog)]);
    expect(result.status).toBe("committed");
    expect(text).not.toMatch(/_ms":-/);
  });
});
