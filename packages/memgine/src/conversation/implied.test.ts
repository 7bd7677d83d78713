import { describe, expect, it } from "vitest";
import { START, testMemgine, WIDE } from "../testing/memory-for-tests.js";
import type { Memgine } from "../memgine.js";

function told(memory: Memgine): void {
  memory.observe({ speaker: "ana", text: "Book the table for Friday.", conversation: "c", time: START });
  memory.remember({ id: "f", key: "table_date", value: "Friday", conversation: "c", valid_from: START });
}
const say = (memory: Memgine, text: string, more: object = {}): string =>
  memory.observe({ speaker: "ana", text, conversation: "c", time: START + 1_000, ...more });

describe("changes that only text announces", () => {
  it.each([
    ["No wait, change that to Sunday.", "Sunday"],
    ["Make that Saturday.", "Saturday"],
    ["As of today, the table date is Monday.", "Monday"],
  ])("[MG-40] %j ends the fact, and the new value is known", async (text, value) => {
    const { memory } = testMemgine();
    told(memory);
    say(memory, text);
    expect(memory.get("f")?.retired).toMatchObject({ why: "implicit" });
    expect(memory.get("table_date")?.node).toMatchObject({ value, source: { type: "text" } });
    expect((await memory.buildContext("When is the table?", WIDE)).text).not.toContain("Friday");
    expect(memory.announced()[0]).toMatchObject({ target: "f", state: "applied", value });
  });

  it.each([
    "Can you change that to Sunday?",
    "What if we made that Sunday?",
    "Keep the table date.",
    "Originally it was Monday.",
  ])("[MG-41] %j changes nothing", (text) => {
    const { memory } = testMemgine();
    told(memory);
    say(memory, text);
    expect(memory.get("f")?.standing).toBe("current");
  });

  it("[MG-41] nor does an echo, a lower authority, or anything about a constraint", () => {
    const { memory } = testMemgine();
    told(memory);
    say(memory, "Make that Sunday.", { speaker: "assistant" });
    say(memory, "Make that Sunday.", { authority: "guest" });
    expect(memory.get("f")?.standing).toBe("current");
    expect(memory.announced()).toMatchObject([{ state: "open" }]);
  });

  it("[MG-42] what was learned late is compared with what was said since", () => {
    const { memory } = testMemgine();
    memory.observe({ speaker: "ana", text: "Book the table for Friday.", conversation: "c", time: START + 1 });
    say(memory, "Make that Sunday.");
    memory.remember({ key: "table_date", value: "Friday", conversation: "c", valid_from: START });
    expect(memory.get("table_date")?.node.value).toBe("Sunday");
  });

  it("[MG-43] a statement that says the same itself takes the place of what was implied", () => {
    const { memory, advance } = testMemgine();
    told(memory);
    say(memory, "Make that Sunday.");
    advance(1_000);
    memory.remember({
      id: "g",
      key: "table_v2",
      value: "Sunday",
      conversation: "c",
      valid_from: START + 1_000,
      supersedes: ["table_date"],
    });
    expect(memory.get("f")?.retired).toMatchObject({ why: "explicit", by: "g" });
    expect(memory.get("table_date")).toBeUndefined();
    expect(memory.announced()).toMatchObject([{ state: "withdrawn" }]);
  });

  it("[MG-44] a rejected change is undone, an accepted proposal takes effect", () => {
    const { memory } = testMemgine();
    told(memory);
    say(memory, "Make that Sunday.");
    memory.reject(memory.announced()[0]?.id ?? "");
    expect(memory.get("table_date")?.node.value).toBe("Friday");
    const careful = testMemgine({ implied: { mode: "propose" } }).memory;
    told(careful);
    say(careful, "Make that Sunday.");
    expect(careful.get("table_date")?.node.value).toBe("Friday");
    careful.accept(careful.announced()[0]?.id ?? "");
    expect(careful.get("table_date")?.node.value).toBe("Sunday");
  });

  it("[MG-45] text ends a value but does not bring a superseded one back, unless the host says so", () => {
    for (const revive of [false, true]) {
      const { memory, advance } = testMemgine({ implied: { revive } });
      told(memory);
      advance(10);
      memory.remember({ key: "table_date", value: "Sunday", conversation: "c", valid_from: START + 10 });
      memory.observe({ speaker: "ana", text: "Sunday it shall be.", conversation: "c", time: START + 20 });
      say(memory, "Actually, let's go back to Friday.");
      expect(memory.get("table_date")?.node.value === "Friday").toBe(revive);
      expect(memory.history("table_date")[1]?.retired?.why).toBe("implicit");
    }
  });

  it("[MG-46] cues are data: a host's own list replaces the English one", () => {
    const pattern = "\\bdoch lieber (?<value>\\w+)";
    const changes = [{ id: "lieber", pattern, kind: "correction", confidence: 0.9, anaphoric: true }] as const;
    const { memory } = testMemgine({ cues: { changes } });
    told(memory);
    say(memory, "Make that Sunday.");
    expect(memory.get("f")?.standing).toBe("current");
    say(memory, "Doch lieber Sunday.");
    expect(memory.get("table_date")?.node.value).toBe("Sunday");
    expect(() => testMemgine({ cues: { changes: [{ ...changes[0], pattern: "(" }] } })).toThrow(
      expect.objectContaining({ code: "CAR_CONFIG_INVALID" }),
    );
  });
});
