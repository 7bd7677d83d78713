import { describe, expect, it } from "vitest";
import { timelineOf } from "./timeline.js";

function call(startedAt: number, endedAt: number) {
  return { tool: "t", actionId: "a", startedAt, endedAt };
}

describe("timelineOf", () => {
  it("draws calls to one scale and measures work and wall time", () => {
    const { bars, wallMs, workMs } = timelineOf([call(100, 150), call(100, 200)], 4);
    expect(bars.map(({ drawing }) => drawing)).toEqual(["━━  ", "━━━━"]);
    expect({ wallMs, workMs }).toEqual({ wallMs: 100, workMs: 150 });
  });

  it("counts calls that overlap, and not those that follow one another", () => {
    expect(timelineOf([call(0, 2), call(1, 3), call(2, 4)], 9).mostAtOnce).toBe(2);
    expect(timelineOf([call(0, 1), call(1, 2), call(2, 3)], 9).mostAtOnce).toBe(1);
  });

  it("draws even the shortest call", () => {
    expect(timelineOf([call(0, 100), call(100, 100)], 5).bars[1]?.drawing).toBe("    ━");
  });
});
