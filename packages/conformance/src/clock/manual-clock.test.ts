import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { manualClock } from "./manual-clock.js";

describe("manualClock", () => {
  it("[CF-5] stands still until it is told to go on", () => {
    const clock = manualClock(1_000);
    expect([clock.now(), clock.now()]).toEqual([1_000, 1_000]);
    clock.advance(0.5);
    clock.advance(10);
    expect(clock.now()).toBe(1_010.5);
    expect(manualClock().now()).toBe(0);
  });

  it("[CF-5] fires what falls due in order of time, ties in order of creation, at its own time", () => {
    const clock = manualClock(100);
    const fired: string[] = [];
    const set = (name: string, delayMs: number): unknown =>
      clock.setTimer(() => fired.push(`${name}@${clock.now()}`), delayMs);
    for (const [name, delayMs] of [
      ["c", 20],
      ["a", 5],
      ["d", 20],
      ["b", 10],
      ["late", 21],
    ] as const)
      set(name, delayMs);
    clock.advance(20);
    expect(fired).toEqual(["a@105", "b@110", "c@120", "d@120"]);
    expect([clock.now(), clock.pending()]).toEqual([120, 1]);
  });

  it("[CF-5] any timers fire once, in order, and never early", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(50)), fc.array(fc.nat(20)), (delays, steps) => {
        const clock = manualClock();
        const fired: { readonly index: number; readonly atMs: number }[] = [];
        for (const [index, delayMs] of delays.entries()) {
          clock.setTimer(() => fired.push({ index, atMs: clock.now() }), delayMs);
        }
        for (const ms of steps) clock.advance(ms);
        const expected = delays
          .map((atMs, index) => ({ index, atMs }))
          .filter(({ atMs }) => atMs <= clock.now())
          .sort((left, right) => left.atMs - right.atMs || left.index - right.index);
        expect(fired).toEqual(steps.length === 0 ? [] : expected);
      }),
    );
  });

  it("[CF-6] counts timers that callbacks set, for now or for later", () => {
    const clock = manualClock();
    const fired: number[] = [];
    clock.setTimer(() => {
      clock.setTimer(() => fired.push(clock.now()), 0);
      clock.setTimer(() => fired.push(clock.now()), 5);
      clock.setTimer(() => fired.push(clock.now()), 50);
    }, 10);
    clock.advance(20);
    expect(fired).toEqual([10, 15]);
    expect(clock.pending()).toBe(1);
  });

  it("[CF-6] forgets canceled timers, also while others fire, and lets canceling come late", () => {
    const clock = manualClock();
    const fired: string[] = [];
    const second = clock.setTimer(() => fired.push("second"), 10);
    const first = clock.setTimer(() => {
      fired.push("first");
      second.cancel();
    }, 5);
    clock.advance(10);
    first.cancel();
    expect([fired, clock.pending()]).toEqual([["first"], 0]);
  });

  it("[CF-6] takes a delay below zero for none", () => {
    const clock = manualClock(7);
    const fired: number[] = [];
    clock.setTimer(() => fired.push(clock.now()), -5);
    expect(fired).toEqual([]);
    clock.advance(0);
    expect(fired).toEqual([7]);
  });

  it("[CF-7] lets everything settle before, between and after timers", async () => {
    const clock = manualClock();
    const seen: string[] = [];
    const sleep = (ms: number): Promise<void> =>
      new Promise((resolve) => {
        clock.setTimer(resolve, ms);
      });
    const work = async (): Promise<void> => {
      for (let turn = 0; turn < 200; turn++) await Promise.resolve();
      for (const round of [1, 2, 3]) {
        await sleep(10);
        seen.push(`${round}@${clock.now()}`);
      }
    };
    void work();
    await clock.advanceAsync(30);
    expect(seen).toEqual(["1@10", "2@20", "3@30"]);
    expect([clock.now(), clock.pending()]).toEqual([30, 0]);
  });

  it("[CF-8] does not go backwards", async () => {
    const clock = manualClock();
    for (const ms of [-1, NaN, Infinity]) {
      expect(() => clock.advance(ms)).toThrow(TypeError);
      await expect(clock.advanceAsync(ms)).rejects.toThrow(TypeError);
    }
    expect(clock.now()).toBe(0);
  });
});
