import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { parseProposal } from "../proposal/parse-proposal.js";
import { proposalFacts } from "../proposal/parsed-proposals.js";
import type { JsonValue } from "./json-value.js";
import { memoryBytes } from "./memory-bytes.js";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** Bytes that making values takes for good, for each. */
function held(make: (index: number) => JsonValue, count: number): number {
  const values: JsonValue[] = [];
  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  for (let index = 0; index < count; index++) values.push(make(index));
  collectGarbage();
  return (process.memoryUsage().heapUsed - before) / values.length;
}

describe("memoryBytes", () => {
  it.each<[what: string, count: number, make: (index: number) => JsonValue]>([
    ["a long text", 100, (index) => `${index}${"x".repeat(100_000)}`.split("").join("")],
    ["empty lists", 100, () => Array.from({ length: 10_000 }, () => [])],
    ["small objects", 100, () => Array.from({ length: 2_000 }, (_, n) => ({ id: n, ok: true, next: null }))],
    ["numbers", 100, () => Array.from({ length: 10_000 }, (_, n) => n + 0.5)],
  ])("[IR-46] [7.4] is within a factor of three of what %s takes", (_what, count, make) => {
    const counted = memoryBytes(make(0));
    const taken = held(make, count);
    expect(counted / taken).toBeGreaterThan(1 / 3);
    expect(counted / taken).toBeLessThan(3);
  });

  it("[IR-46] ends for a cycle, for holes without end and at any depth", () => {
    const cycle: unknown[] = [];
    cycle.push(cycle, cycle);
    let deep: object = {};
    for (let depth = 0; depth < 100_000; depth++) deep = { deep };
    const holes = new Array<undefined>(4_000_000_000);
    for (const value of [cycle, deep, holes]) expect(memoryBytes(value)).toBeGreaterThan(256 * 48);
  });

  it("[IR-46] a parsed proposal knows its own", () => {
    const proposal = parseProposal({
      actions: [{ id: "a", type: "assertion", parameters: { key: "k", expected: 1 } }],
    });
    expect(proposalFacts(proposal).bytes).toBe(memoryBytes(proposal));
  });
});
