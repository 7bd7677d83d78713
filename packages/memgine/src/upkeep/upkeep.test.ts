import { describe, expect, it } from "vitest";
import { createMemgine } from "../memgine.js";
import { START, testMemgine, WIDE } from "../testing/memory-for-tests.js";

describe("upkeep", () => {
  it("[MG-60] what has expired is retired, and what depended on it needs review", () => {
    const { memory, advance } = testMemgine();
    memory.remember({ id: "a", value: "offer", expires_at: START + 5 });
    memory.remember({ id: "b", value: "plan", depends_on: ["a"] });
    const before = memory.version();
    advance(10);
    expect(memory.version()).not.toBe(before);
    expect(memory.keepUp().expired).toEqual(["a"]);
    expect(memory.get("b")?.standing).toBe("needs_review");
  });

  it("[MG-61] what is said twice is merged; what differs in source, scope or readers is not", () => {
    const { memory } = testMemgine();
    memory.remember({ id: "a", value: "The lift is slow" });
    memory.remember({ id: "b", value: "the lift is slow" });
    memory.remember({ id: "c", value: "The lift is slow", source: { authority: "policy" } });
    expect(memory.keepUp().merged).toEqual(["b"]);
    expect(memory.get("a")?.standing).toBe("current");
  });

  it("[MG-62] a long conversation is summed up, the newest turns stay, and memory is bounded", async () => {
    const { memory } = testMemgine();
    for (let n = 0; n < 100; n += 1) {
      memory.observe({
        speaker: "ana",
        text: `Item ${n} was counted${n === 3 ? " beside the purple elephant" : ""}.`,
        conversation: "c",
      });
    }
    const report = memory.keepUp({ turns: 100 });
    expect(report).toMatchObject({ compacted: 65 });
    expect(memory.search("purple elephant")[0]?.kind).toBe("summary");
    expect((await memory.buildContext("item 99", { ...WIDE, conversation: "c" })).text).toContain("Item 99");
    expect(memory.keepUp({ turns: 100 }).compacted).toBe(0);
  });

  it("[MG-63] a memory is written as JSON and read back: the same standing, the same contexts", async () => {
    const { memory } = testMemgine();
    memory.remember({ id: "p", key: "p", value: "premise" });
    memory.remember({ id: "d", value: "built on the premise", depends_on: ["p"], cites: ["later"] });
    memory.remember({ key: "p", value: "a new premise" });
    memory.observe({ speaker: "ana", text: "The premise was discussed.", conversation: "c" });
    const copy = createMemgine(
      { clock: { now: () => START }, ids: { hex: () => "z" } },
      JSON.parse(JSON.stringify(memory.exportJson())) as ReturnType<typeof memory.exportJson>,
    );
    expect(copy.exportJson()).toEqual(memory.exportJson());
    expect(await copy.buildContext("premise", WIDE)).toEqual(await memory.buildContext("premise", WIDE));
    copy.remember({ id: "later", value: "comes late" });
    copy.retract("later");
    expect(copy.get("d")?.standing).toBe("invalid");
  });

  it("[MG-64] forgetting erases everywhere and gives a receipt that quotes nothing", async () => {
    const { memory } = testMemgine();
    memory.remember({ id: "a", key: "phone", value: "zebraphone 555", subject: "ana" });
    memory.remember({ id: "b", key: "phone", value: "zebraphone 777", subject: "ana" });
    memory.observe({ id: "t", speaker: "ana", text: "Call me on the Zebraphone Deluxe.", conversation: "c" });
    memory.remember({ id: "k", value: "kept", depends_on: ["b"] });
    memory.retract("b");
    const receipt = await memory.forget({ subject: "ana" });
    expect(receipt).toMatchObject({ erased: 3, ids: ["a", "b", "t"], durable: false });
    expect(receipt.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(JSON.stringify([memory.exportJson(), receipt])).not.toMatch(/zebra/i);
    expect(memory.search("zebraphone")).toEqual([]);
    expect(memory.history("phone")).toEqual([]);
    expect(memory.get("k")).toMatchObject({ standing: "current", node: { value: "kept" } });
  });

  it("[MG-65] with a retention time the past is erased, but for what a statement in doubt names", () => {
    const { memory, advance } = testMemgine();
    for (const value of ["zebra one", "zebra two", "three"]) memory.remember({ key: "k", value });
    memory.remember({ id: "cause", key: "base", value: "old base" });
    memory.remember({ id: "built", value: "built on it", depends_on: ["base"] });
    memory.remember({ key: "base", value: "new base" });
    advance(1_000);
    memory.remember({ key: "k", value: "four" });
    expect(memory.keepUp().erased).toEqual([]);
    expect(memory.keepUp({ retainPastMs: 500 }).erased).toHaveLength(2);
    expect(memory.history("k").map(({ node }) => node.value)).toEqual(["three", "four"]);
    expect(JSON.stringify(memory.exportJson())).not.toContain("zebra");
    expect(memory.get("built")).toMatchObject({ standing: "needs_review", marks: [{ cause: "cause" }] });
    expect(memory.keepUp({ retainPastMs: 500 }).erased).toEqual([]);
    memory.confirm("built");
    expect(memory.keepUp({ retainPastMs: 500 }).erased).toEqual(["cause"]);
    expect(memory.search("three")).toEqual([]);
    expect(memory.get("k")?.node.value).toBe("four");
  });
});
