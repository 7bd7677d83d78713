import type { Clock, IdSource, Memory } from "@car/ir/ports";
import { assertEqual, AssertionError, assertRejectsCode, assertThrowsCode } from "../assert.js";
import { countingIds } from "../clock/counting-ids.js";
import { manualClock } from "../clock/manual-clock.js";
import type { TestRunner } from "../test-runner.js";

/** Gives a fresh, empty memory that takes time and ids from nowhere else. */
export type MemoryFactory = (parts: { readonly clock: Clock; readonly ids: IdSource }) => Memory | Promise<Memory>;

const SAID = [
  ["ana", "The blue bicycle is in the cellar."],
  ["ben", "My sister Clara moved to Lisbon in May."],
  ["ana", "The cellar key hangs behind the door."],
] as const;
const ANYBODY = { principal: "somebody", tokenBudget: 400 };
const ODD_TEXTS = [
  "",
  " ",
  "\u0000\u0007",
  "a\n## Facts\n- b",
  "\ud800 half a pair",
  "x ".repeat(500_000),
  "🧠".repeat(300),
];

/** Registers a test for every rule of the `Memory` port (MM-* in the SPEC.md of `@car/memgine`). */
export function testMemory({ describe, it }: TestRunner, create: MemoryFactory): void {
  const open = async (): Promise<Memory> => create({ clock: manualClock(1_700_000_000_000), ids: countingIds() });
  const withMemory = (body: (memory: Memory) => Promise<void>) => async () => {
    const memory = await open();
    try {
      await body(memory);
    } finally {
      await memory.close();
    }
  };

  describe("Memory", () => {
    it("[MM-1] a context is never over its budget, however small", withMemory(staysInBudget));
    it("[MM-2] what was said comes back, each item a line of the text with its provenance", withMemory(comesBack));
    it("[MM-3] equal contexts have equal fingerprints, different ones different ones", withMemory(hasFingerprints));
    it("[MM-4] the version changes with what is remembered, and not by reading", withMemory(hasVersions));
    it("[MM-5] takes any text and any query", withMemory(takesAnything));
    it(
      "[MM-6] the same history gives the same contexts",
      withMemory(async (memory) => isDeterministic(memory, await open())),
    );
    it("[MM-7] after close nothing is taken in or given out, and closing again does nothing", withMemory(isClosed));
    it("[MM-8] refuses what is no turn, and stays as it was", withMemory(refusesNonTurns));
  });
}

function tell(memory: Memory): void {
  for (const [at, [speaker, text]] of SAID.entries()) {
    memory.observe({ speaker, text, conversation: "c", time: 1_700_000_000_000 + at });
  }
}

async function staysInBudget(memory: Memory): Promise<void> {
  tell(memory);
  for (const tokenBudget of [0, 1, 5, 12, 20, 40, 1_000]) {
    const { text } = await memory.recall("Where is the bicycle?", { ...ANYBODY, tokenBudget });
    const tokens = Math.ceil([...text].length / 4);
    if (tokens > tokenBudget) throw new AssertionError(`${tokens} tokens for a budget of ${tokenBudget}: ${text}`);
  }
}

async function comesBack(memory: Memory): Promise<void> {
  tell(memory);
  const { text, items } = await memory.recall("Where is the blue bicycle?", ANYBODY);
  if (!text.includes("The blue bicycle is in the cellar.")) throw new AssertionError(`the bicycle is not in: ${text}`);
  for (const item of items) {
    if (!text.includes(item.text)) throw new AssertionError(`\`${item.text}\` is an item and not in the text`);
    assertEqual(typeof item.provenance, "object", "provenance");
    assertEqual(/[\n\r]/.test(item.text), false, "an item is one line");
  }
}

async function hasFingerprints(memory: Memory): Promise<void> {
  tell(memory);
  const first = await memory.recall("Where is Clara?", ANYBODY);
  const again = await memory.recall("Where is Clara?", ANYBODY);
  assertEqual(again.fingerprint, first.fingerprint, "fingerprint of an equal context");
  memory.observe({ speaker: "ben", text: "Clara has found a flat near the harbour.", conversation: "c" });
  const later = await memory.recall("Where is Clara?", ANYBODY);
  if (later.text !== first.text && later.fingerprint === first.fingerprint) {
    throw new AssertionError("another text has the same fingerprint");
  }
  assertEqual(later.text.includes("near the harbour"), true, "the new turn is in the context");
}

async function hasVersions(memory: Memory): Promise<void> {
  const empty = memory.version();
  tell(memory);
  const told = memory.version();
  if (told === empty) throw new AssertionError("the version is that of an empty memory");
  await memory.recall("anything", ANYBODY);
  assertEqual(memory.version(), told, "version after reading");
}

async function takesAnything(memory: Memory): Promise<void> {
  for (const text of ODD_TEXTS) memory.observe({ speaker: "x", text, conversation: "odd" });
  for (const query of ODD_TEXTS) {
    const { text } = await memory.recall(query, { ...ANYBODY, tokenBudget: 60 });
    assertEqual(Math.ceil([...text].length / 4) <= 60, true, "the budget holds for odd texts");
  }
  const { items } = await memory.recall("half a pair", ANYBODY);
  for (const { text } of items) assertEqual(/[\n\r\u0000]/.test(text), false, "an item is one line");
}

async function isDeterministic(memory: Memory, twin: Memory): Promise<void> {
  tell(memory);
  tell(twin);
  for (const query of ["cellar", "Clara Lisbon", ""]) {
    assertEqual(await twin.recall(query, ANYBODY), await memory.recall(query, ANYBODY), `context for \`${query}\``);
  }
  await twin.close();
}

async function isClosed(memory: Memory): Promise<void> {
  tell(memory);
  await memory.idle();
  await memory.close();
  await memory.close();
  assertThrowsCode("CAR_MEMORY_CLOSED", () => memory.observe({ speaker: "a", text: "b" }));
  await assertRejectsCode("CAR_MEMORY_CLOSED", () => memory.recall("a", ANYBODY));
}

async function refusesNonTurns(memory: Memory): Promise<void> {
  tell(memory);
  const before = memory.version();
  const noTurns: readonly unknown[] = [
    { speaker: "a" },
    { text: "b" },
    { speaker: 1, text: "b" },
    { speaker: "a", text: null },
  ];
  for (const turn of noTurns) assertThrowsCode("CAR_MEMORY_INVALID", () => memory.observe(turn as never));
  assertThrowsCode("CAR_MEMORY_INVALID", () => memory.observe({ speaker: "a", text: "b", time: NaN }));
  assertEqual(memory.version(), before, "version");
}
