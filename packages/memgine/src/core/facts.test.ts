import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countingIds, manualClock } from "@car/conformance";
import { MemoryInvalidError } from "@car/ir";
import { createMemgine } from "../memgine.js";
import type { MemorySnapshot } from "../memory/snapshot.js";
import { START, testMemgine, WIDE } from "../testing/memory-for-tests.js";

describe("supersession", () => {
  it("[MG-1] a later statement with the same key takes the place of an earlier one", () => {
    const { memory } = testMemgine();
    memory.remember({ id: "a", key: "city", value: "Oslo" });
    const answer = memory.remember({ id: "b", key: "city", value: "Bergen" });
    expect(answer).toMatchObject({ id: "b", standing: "current", superseded: ["a"] });
    expect(memory.get("city")?.node.value).toBe("Bergen");
    expect(memory.get("a")?.retired).toMatchObject({ why: "same_key", by: "b" });
  });

  it("[MG-1] of the same authority, an earlier truth that is learned later does not", () => {
    const { memory } = testMemgine();
    memory.remember({ id: "a", key: "city", value: "Oslo", valid_from: START });
    expect(memory.remember({ id: "b", key: "city", value: "Bergen", valid_from: START - 1 })).toMatchObject({
      standing: "superseded",
      superseded: ["b"],
    });
    expect(memory.get("city")?.node.value).toBe("Oslo");
  });

  it("[MG-2] an id or a key names what a statement supersedes", () => {
    const { memory } = testMemgine();
    memory.remember({ id: "a", key: "plan", value: "one" });
    memory.remember({ id: "b", key: "date", value: "May" });
    const answer = memory.remember({ key: "plan_v2", value: "two", supersedes: ["plan", "b", "nothing"] });
    expect(answer.superseded).toEqual(["a", "b"]);
    expect(answer.refused).toEqual([{ name: "nothing", reason: "nothing current has this id or key" }]);
  });

  it("[MG-3] a lower authority, a hypothesis or a draft replaces nothing real, by key or by name", () => {
    const { memory } = testMemgine();
    memory.remember({ id: "rule", key: "limit", value: 10, source: { authority: "policy" } });
    const guest = memory.remember({ key: "limit", value: 99, source: { authority: "guest" } });
    expect(guest.standing).toBe("superseded");
    const named = memory.remember({ key: "x", value: 1, source: { authority: "guest" }, supersedes: ["rule"] });
    expect(named.refused[0]?.reason).toContain("`guest`");
    const maybe = memory.remember({
      key: "limit",
      value: 7,
      scope: { kind: "hypothetical" },
      source: { authority: "policy" },
    });
    expect(maybe.superseded).toEqual([]);
    expect(memory.get("rule")?.standing).toBe("current");
  });

  it("[MG-3] a higher authority replaces a later statement of a lower one", () => {
    const { memory } = testMemgine();
    memory.remember({ key: "limit", value: 5, source: { authority: "peer" }, valid_from: START });
    memory.remember({ key: "limit", value: 9, source: { authority: "manager" }, valid_from: START - 1_000 });
    expect(memory.get("limit")?.node.value).toBe(9);
  });

  it("[MG-13] what will be true waits for its time, and what it will replace holds until then", async () => {
    const { memory, advance } = testMemgine();
    memory.remember({ id: "old", key: "price", value: "10 crowns" });
    memory.remember({ id: "offer", value: "ten lamps for 100", depends_on: ["price"] });
    const later = { id: "new", key: "price", value: "12 crowns", valid_from: START + 1_000, supersedes: ["offer"] };
    expect(memory.remember(later)).toMatchObject({ standing: "upcoming", superseded: [], flagged: [] });
    const textOf = async (one = memory) => (await one.buildContext("price of lamps", WIDE)).text;
    expect([memory.get("price")?.node.id, memory.get("new")?.standing]).toEqual(["old", "upcoming"]);
    expect(await textOf()).toContain("10 crowns");
    expect(await textOf()).not.toContain("12 crowns");
    expect(memory.search("12 crowns").map(({ id }) => id)).not.toContain("new");
    expect(memory.believed("price", { valid: START + 2_000 })?.node.id).toBe("new");

    const written = JSON.parse(JSON.stringify(memory.exportJson())) as MemorySnapshot;
    const copy = createMemgine({ clock: manualClock(START + 1_000), ids: countingIds() }, written);
    const before = memory.version();
    advance(1_000);
    expect(memory.version()).not.toBe(before);
    for (const one of [memory, copy]) {
      expect([one.get("price")?.node.id, one.get("offer")?.standing]).toEqual(["new", "superseded"]);
      expect(await textOf(one)).toContain("12 crowns");
      expect(await textOf(one)).not.toContain("10 crowns");
      expect(one.history("price")[0]?.retired).toMatchObject({ by: "new", at: START + 1_000 });
    }
    expect(memory.exportJson()).toEqual(copy.exportJson());
  });

  it("[MG-13] what was taken back before its time never comes", () => {
    const { memory, advance } = testMemgine();
    memory.remember({ key: "price", value: 10 });
    memory.remember({ id: "new", key: "price", value: 12, valid_from: START + 1_000 });
    memory.retract("new");
    advance(2_000);
    expect(memory.get("price")?.node.value).toBe(10);
    expect(memory.search("12")).toEqual([]);
  });

  it("[MG-4] what was believed when is known for both times", () => {
    const { memory, advance } = testMemgine();
    memory.remember({ key: "price", value: 10, valid_from: START });
    advance(1_000);
    memory.remember({ key: "price", value: 12, valid_from: START + 500 });
    expect(memory.believed("price", { recorded: START + 10 })?.node.value).toBe(10);
    expect(memory.believed("price", { valid: START + 100 })?.node.value).toBe(10);
    expect(memory.believed("price", { valid: START + 600 })?.node.value).toBe(12);
    expect(memory.believed("price")?.node.value).toBe(12);
    expect(memory.history("price").map(({ node }) => node.value)).toEqual([10, 12]);
  });

  it("[MG-5] a supersession can be taken back", () => {
    const { memory } = testMemgine();
    memory.remember({ id: "a", key: "k", value: "old" });
    memory.remember({ id: "d", value: "built on it", depends_on: ["a"] });
    memory.remember({ id: "b", key: "k", value: "new" });
    expect(memory.get("d")?.standing).toBe("needs_review");
    memory.revert("a");
    expect(memory.get("k")?.node.value).toBe("old");
    expect(memory.get("d")?.standing).toBe("current");
  });
});

describe("cascade", () => {
  it("[MG-6] what depends needs review, what cites is invalid, transitively, with cause and way", () => {
    const { memory } = testMemgine();
    memory.remember({ id: "p", key: "p", value: "premise" });
    memory.remember({ id: "c", value: "cites", cites: ["p"] });
    memory.remember({ id: "d", value: "depends", depends_on: ["c"] });
    memory.remember({ id: "e", value: "cites a doubtful one", cites: ["d"] });
    memory.remember({ id: "f", value: "free" });
    const { flagged } = memory.remember({ key: "p", value: "another" });
    expect(flagged).toEqual(["c", "d", "e"]);
    expect(["c", "d", "e", "f"].map((id) => memory.get(id)?.standing)).toEqual([
      "invalid",
      "needs_review",
      "needs_review",
      "current",
    ]);
    expect(memory.get("d")?.marks[0]).toMatchObject({ kind: "review", cause: "p", via: "c" });
  });

  it("[MG-6] on random graphs exactly what is reachable is marked, cycles included", () => {
    const law = fc.property(
      fc.array(fc.tuple(fc.nat(11), fc.nat(11)), { maxLength: 30 }),
      fc.nat(11),
      (edges, fallen) => {
        const { memory } = testMemgine();
        const premisesOf = (n: number): string[] => edges.filter(([from]) => from === n).map(([, to]) => `n${to}`);
        for (let n = 0; n < 12; n += 1) memory.remember({ id: `n${n}`, value: n, depends_on: premisesOf(n) });
        memory.retract(`n${fallen}`);
        const reached = new Set<number>([fallen]);
        for (let round = 0; round < 12; round += 1) {
          for (const [from, to] of edges) if (reached.has(to)) reached.add(from);
        }
        for (let n = 0; n < 12; n += 1) {
          if (n === fallen) continue;
          expect(memory.get(`n${n}`)?.standing).toBe(reached.has(n) ? "needs_review" : "current");
        }
      },
    );
    fc.assert(law, { numRuns: 150 });
  });

  it("[MG-7] what is built on something fallen is marked from the start; confirming clears it", () => {
    const { memory } = testMemgine();
    memory.remember({ id: "p", value: "premise" });
    memory.retract("p");
    expect(memory.remember({ id: "d", value: "late", depends_on: ["p"] }).standing).toBe("needs_review");
    memory.confirm("d");
    expect(memory.get("d")?.standing).toBe("current");
  });

  it("[MG-7] a premise may be named before it is known", () => {
    const { memory } = testMemgine();
    memory.remember({ id: "d", value: "early", depends_on: ["rate"] });
    memory.remember({ key: "rate", value: 1 });
    memory.remember({ key: "rate", value: 2 });
    expect(memory.get("d")?.standing).toBe("needs_review");
  });

  it("[MG-8] a repair hook recomputes what fell, in the background", async () => {
    const { memory } = testMemgine({ repair: () => ({ key: "total", value: "20" }) });
    memory.remember({ key: "price", value: 5 });
    memory.remember({ id: "t", key: "total", value: "10", depends_on: ["price"] });
    memory.remember({ key: "price", value: 10 });
    await memory.idle();
    expect(memory.get("total")?.node.value).toBe("20");
    expect(memory.get("t")?.standing).toBe("superseded");
  });
});

describe("bad input", () => {
  it("[MG-9] refuses what is no statement, and stays as it was", () => {
    const { memory } = testMemgine();
    memory.remember({ id: "a", value: 1 });
    const before = memory.version();
    const cycle: Record<string, unknown> = {};
    cycle["self"] = cycle;
    for (const input of [
      { id: "a", value: 2 },
      { value: cycle },
      { value: NaN },
      { value: 1, confidence: 2 },
      { value: 1, valid_from: NaN },
      { value: "x".repeat(3_000_000) },
    ]) {
      expect(() => memory.remember(input as never)).toThrow(MemoryInvalidError);
    }
    expect(memory.version()).toBe(before);
  });

  it("[MG-9] a statement of 1 MB is kept, and no context is over its budget for it", async () => {
    const { memory } = testMemgine();
    memory.remember({ value: `giraffe ${"lorem ".repeat(170_000)}` });
    memory.remember({ value: "a giraffe is tall" });
    const { text, tokens, omitted } = await memory.buildContext("giraffe", { tokenBudget: 100 });
    expect(tokens).toBeLessThanOrEqual(100);
    expect(text).toContain("a giraffe is tall");
    expect(omitted).toBe(1);
  });

  it("[MG-10] ten thousand statements with one key: one is current, and it costs no scan", async () => {
    const { memory } = testMemgine();
    for (let n = 0; n < 10_000; n += 1) memory.remember({ key: "counter", value: `value ${n}` });
    expect(memory.get("counter")?.node.value).toBe("value 9999");
    expect(memory.history("counter")).toHaveLength(10_000);
    const { text } = await memory.buildContext("counter value", WIDE);
    expect(text.match(/value \d+/g)).toEqual(["value 9999"]);
  });

  it("[MG-11] supersession cannot go in a circle: what is superseded supersedes nothing", () => {
    const { memory } = testMemgine();
    memory.remember({ id: "a", value: "a" });
    memory.remember({ id: "b", value: "b", supersedes: ["a"] });
    const { refused } = memory.remember({ id: "c", value: "c", supersedes: ["a"] });
    expect(refused).toHaveLength(1);
    expect(memory.get("b")?.standing).toBe("current");
  });

  it("[MG-12] a clock that goes backwards does not turn history around", () => {
    let now = 1_000;
    const { memory } = testMemgine({ clock: { now: () => now } });
    memory.remember({ key: "k", value: "first" });
    now = 10;
    memory.remember({ key: "k", value: "second" });
    expect(memory.get("k")?.node).toMatchObject({ value: "second", recorded_at: 1_000 });
  });
});
