import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { callWindows } from "./call-windows.js";

const anyCalls = fc.array(fc.record({ name: fc.constantFrom("a", "b"), after: fc.integer({ min: 0, max: 4 }) }), {
  maxLength: 60,
});

describe("callWindows", () => {
  it("[PO-28] counts as a list of all calls does", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 8 }),
        anyCalls,
        (maxCalls, intervalMs, calls) => {
          const windows = callWindows({ maxCalls, intervalMs });
          const taken: { name: string; time: number }[] = [];
          let now = 0;
          for (const { name, after } of calls) {
            now += after;
            const recent = taken.filter((call) => call.name === name && call.time > now - intervalMs);
            expect(windows.hasRoom(name, now)).toBe(recent.length < maxCalls);
            if (recent.length >= maxCalls) continue;
            windows.take(name, now);
            taken.push({ name, time: now });
          }
        },
      ),
    );
  });

  it("[PO-30] has no room for more names than it can count, until one of them is idle", () => {
    const windows = callWindows({ maxCalls: 5, intervalMs: 100 });
    for (let index = 0; index < 10_000; index++) windows.take(`p${index}`, index === 0 ? 0 : 50);
    expect(windows.hasRoom("new", 99)).toBe(false);
    expect(windows.hasRoom("p1", 99)).toBe(true);
    expect(windows.hasRoom("new", 100)).toBe(true);
    windows.take("new", 100);
    expect(windows.hasRoom("newer", 149)).toBe(false);
    expect(windows.hasRoom("newer", 150)).toBe(true);
  });

  it("[PO-30] keeps the names that were used last", () => {
    const windows = callWindows({ maxCalls: 1, intervalMs: 10 });
    for (let index = 0; index < 10_000; index++) windows.take(`p${index}`, 0);
    windows.take("p0", 10);
    windows.take("new", 10);
    expect(windows.hasRoom("p0", 15)).toBe(false);
  });

  it("[PO-28] a clock that goes back frees nothing", () => {
    const windows = callWindows({ maxCalls: 1, intervalMs: 10 });
    windows.take("a", 100);
    expect(windows.hasRoom("a", 50)).toBe(false);
  });
});
