import { describe, expect, it, vi } from "vitest";
import { collectEvents } from "@car/conformance/internal";
import { ConfigInvalidError } from "@car/ir";
import { createRuntime } from "../create-runtime.js";
import { call, tool } from "../testing/fixtures.js";
import { steadyClock } from "./steady-clock.js";

const QUIET = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };
const broken = (): never => {
  throw new Error("no time");
};

describe("time", () => {
  it("[EN-136] goes on from where it was when the clock is set back", () => {
    const told = [10, 10, 20, 5, 8, 30, 0];
    const clock = steadyClock({ now: () => told.shift()!, setTimer: () => expect.fail("no timer") }, QUIET);
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

  it("[EN-136] [5.9] goes on while the clock fails, so that whatever waits still ends", async () => {
    let fails = false;
    const machine = {
      now: () => Date.now(),
      setTimer: (act: () => void, ms: number) => cancelable(setTimeout(act, ms)),
    };
    const clock = {
      now: () => (fails ? broken() : machine.now()),
      setTimer: (act: () => void, ms: number) => (fails ? broken() : machine.setTimer(act, ms)),
    };
    const free = { reversibility: "reversible" } as const;
    const runtime = createRuntime({
      clock,
      tools: [
        tool("breaks", () => void (fails = true), free),
        tool("hangs", () => new Promise(() => undefined), { ...free, timeout_ms: 20 }),
      ],
    });
    const result = await runtime.execute({
      actions: [call("a", "breaks"), call("b", "hangs", { dependencies: ["a"] })],
    });
    expect(result.results.map(({ status, reason }) => [status, reason?.code])).toEqual([
      ["succeeded", undefined],
      ["failed", "timeout"],
    ]);
    expect((await runtime.execute({ actions: [call("a", "breaks")] })).status).toBe("committed");
  });

  it.each([broken, () => Number.NaN, () => undefined as never])(
    "[EN-136] a clock that tells none is refused",
    (now) => {
      const create = () => createRuntime({ clock: { now, setTimer: broken } });
      expect(create).toThrow(new ConfigInvalidError("`clock` tells no time: `now` gives milliseconds since the epoch"));
    },
  );
});

function cancelable(timer: ReturnType<typeof setTimeout>) {
  return { cancel: () => clearTimeout(timer) };
}
