import type { Memory } from "@car/ir/ports";
import { MemoryClosedError, MemoryInvalidError } from "@car/ir";
import { describe, expect, it } from "vitest";
import { failuresOf } from "./mutants/failures-of.js";
import { testMemory } from "./suites/test-memory.js";

/** The simplest memory that keeps the rules: all turns, newest first, as many as fit. */
function plainMemory(): Memory {
  const turns: { speaker: string; text: string }[] = [];
  let closed = false;
  const check = (): void => {
    if (closed) throw new MemoryClosedError("closed");
  };
  return {
    version: () => String(turns.length),
    observe(turn) {
      check();
      if (typeof turn.speaker !== "string" || typeof turn.text !== "string" || Number.isNaN(turn.time)) {
        throw new MemoryInvalidError("no turn");
      }
      turns.push({ speaker: turn.speaker, text: turn.text.replace(/[\u0000-\u001f\ud800-\udfff]+/g, " ") });
    },
    async recall(_query, { tokenBudget }) {
      check();
      const items: { text: string; provenance: { speaker: string } }[] = [];
      for (const { speaker, text } of [...turns].reverse()) {
        const joined = [...items.map((item) => item.text), text].join("\n");
        if (Math.ceil([...joined].length / 4) <= tokenBudget) items.push({ text, provenance: { speaker } });
      }
      const text = items.map((item) => item.text).join("\n");
      return { text, items, fingerprint: text };
    },
    recordOutcome: () => undefined,
    idle: async () => undefined,
    close: async () => {
      closed = true;
    },
  };
}

type Break = (memory: Memory) => Memory;

const MUTANTS: readonly (readonly [rule: string, what: string, breakIt: Break])[] = [
  ["MM-1", "ignores the budget", (m) => ({ ...m, recall: (q, o) => m.recall(q, { ...o, tokenBudget: 9_999_999 }) })],
  ["MM-2", "finds nothing", (m) => ({ ...m, recall: async () => ({ text: "", items: [], fingerprint: "" }) })],
  [
    "MM-3",
    "has one fingerprint for all",
    (m) => ({ ...m, recall: async (q, o) => ({ ...(await m.recall(q, o)), fingerprint: "same" }) }),
  ],
  ["MM-4", "never changes its version", (m) => ({ ...m, version: () => "1" })],
  ["MM-5", "chokes on long texts", (m) => ({ ...m, observe: (t) => (t.text.length > 1_000 ? fail() : m.observe(t)) })],
  ["MM-6", "gives each context a number of its own", numbered],
  ["MM-7", "goes on after close", (m) => ({ ...m, close: async () => undefined })],
  [
    "MM-8",
    "takes anything for a turn",
    (m) => ({ ...m, observe: (t) => m.observe({ speaker: String(t.speaker), text: String(t.text) }) }),
  ],
];

let count = 0;
function numbered(memory: Memory): Memory {
  const own = (count += 1);
  return {
    ...memory,
    recall: async (query, options) => ({ ...(await memory.recall(query, options)), fingerprint: `${own}` }),
  };
}

function fail(): never {
  throw new RangeError("too long");
}

describe("testMemory", () => {
  it("[CF-2] passes a memory that keeps the rules", async () => {
    expect(await failuresOf((runner) => testMemory(runner, plainMemory), "")).toEqual([]);
  });

  it.each(MUTANTS)("[CF-2] %s rejects a memory that %s", async (rule, _what, breakIt) => {
    const failures = await failuresOf((runner) => testMemory(runner, () => breakIt(plainMemory())), `[${rule}]`);
    expect(failures).not.toEqual([]);
  });
});
