import { anyEventDraft, collectEvents } from "@car/conformance/internal";
import { type CarEvent, jsonOfEvent } from "@car/ir";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { verifyChain } from "../chain/verify-chain.js";
import { memoryEventLog } from "../memory/memory-event-log.js";
import { nodeSha256 } from "../node/node-sha256.js";
import { collect, draftOf } from "../testing/sample-log.js";
import { type RedactOptions, redactEvents } from "./redact-events.js";
import { COMMON_SECRET_KEYS } from "./sensitive-keys.js";

async function shown(data: object, options: RedactOptions): Promise<CarEvent> {
  const log = memoryEventLog({ redact: options });
  log.append(draftOf({ kind: "config_changed", data }));
  const [event] = await collectEvents(log);
  return event as CarEvent;
}

describe("sensitive keys", () => {
  it("[EL-50] [7.4] values are hidden at any depth, whatever they are", async () => {
    const data = { ok: 1, deep: [{ password: "p", list: [{ token: { a: 1 } }] }] };
    const { data: seen } = await shown(data, { keys: ["password", "token"] });
    expect(seen).toEqual({ ok: 1, deep: [{ password: "[redacted]", list: [{ token: "[redacted]" }] }] });
  });

  it.each(["apiKey", "API-KEY", "api_key", "ApiKey"])("[EL-50] `api_key` also names %s", async (name) => {
    expect((await shown({ [name]: 1 }, { keys: COMMON_SECRET_KEYS })).data).toEqual({ [name]: "[redacted]" });
  });

  it("[EL-50] the value beside a `key` of that name is hidden", async () => {
    const trusted = { value: "t", origin: "host" };
    const changes = [
      { key: "password", value: "p", origin: "host", trusted },
      { key: "other", value: 1 },
    ];
    expect((await shown({ changes }, { keys: ["password"] })).data).toEqual({
      changes: [
        { key: "password", value: "[redacted]", origin: "host", trusted: "[redacted]" },
        { key: "other", value: 1 },
      ],
    });
  });

  it("[EL-50] a function is asked about every place", async () => {
    const keys: RedactOptions["keys"] = (path) => path.join(".") === "a.1.b";
    const { data } = await shown({ a: [{ b: 1 }, { b: 2 }], b: 3 }, { keys });
    expect(data).toEqual({ a: [{ b: 1 }, { b: "[redacted]" }], b: 3 });
  });

  it("[EL-50] a member named __proto__ stays a member", async () => {
    const { data } = await shown(JSON.parse('{"__proto__":{"token":1}}') as object, { keys: ["token"] });
    expect(JSON.stringify(data)).toBe('{"__proto__":{"token":"[redacted]"}}');
  });
});

describe("clipping", () => {
  it("[EL-51] [7.4] any payload is shown in at most maxBytes, and small ones are not touched", () =>
    fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.string({ unit: "grapheme", maxLength: 40 }), fc.jsonValue({ stringUnit: "grapheme" })),
        fc.integer({ min: 64, max: 400 }),
        async (data, maxBytes) => {
          const { data: seen } = await shown(data, { maxBytes });
          const [before, after] = [data, seen].map((value) => Buffer.byteLength(JSON.stringify(value)));
          expect(after).toBeLessThanOrEqual(maxBytes);
          if ((before ?? 0) <= maxBytes) expect(seen).toEqual(data);
          else expect(JSON.stringify(seen)).toContain("[clipped]");
        },
      ),
    ));

  it("[EL-51] keeps the beginning of a long text, in whole characters", async () => {
    const data = jsonOfEvent(await shown({ t: "😀".repeat(99) }, { maxBytes: 80 }));
    expect(data["t"]).toMatch(/^(😀){5,}\[clipped\]$/u);
  });

  it("[EL-51] keeps the first elements and the first members", async () => {
    const data = jsonOfEvent(await shown({ l: [1, 2, 3, ...Array<number>(99).fill(7)] }, { maxBytes: 80 }));
    expect((data["l"] as number[]).slice(0, 3)).toEqual([1, 2, 3]);
    const members = await shown({ a: 1, b: "x".repeat(999), c: 1 }, { maxBytes: 80 });
    expect(Object.keys(members.data).slice(0, 2)).toEqual(["a", "b"]);
  });

  it("[EL-51] refuses a maxBytes without room for a mark", async () => {
    expect(() => redactEvents([], { maxBytes: 63 })).toThrow("at least 64");
  });
});

describe("redactEvents", () => {
  it("[EL-52] [EL-23] [7.4] a redacted log verifies against the head of the original", () =>
    fc.assert(
      fc.asyncProperty(fc.array(anyEventDraft, { maxLength: 6 }), async (drafts) => {
        const log = memoryEventLog({ sha256: nodeSha256 });
        for (const draft of drafts) log.append(draft);
        const head = await log.head();
        const events = await collect(redactEvents(log.read(), { keys: (path) => path.length === 1, maxBytes: 64 }));
        const withheld = drafts.filter(({ data = {} }) => Object.keys(data).length > 0).length;
        const report = await verifyChain(events, { head, redacted: true, sha256: nodeSha256 });
        expect(report).toMatchObject({ valid: true, withheld });
        expect((await verifyChain(events, { head, sha256: nodeSha256 })).valid).toBe(withheld === 0);
      }),
      { numRuns: 50 },
    ));

  it("[EL-52] an event with nothing to hide is shown as it is, and the log keeps the original", async () => {
    const log = memoryEventLog();
    log.append(draftOf({ kind: "config_changed", data: { a: 1, token: "t" } }));
    const [original] = await collectEvents(log);
    const [same] = await collect(redactEvents([original as CarEvent], { keys: ["other"], maxBytes: 64 }));
    expect(same).toBe(original);
    const [hidden] = await collect(redactEvents(log.read(), { keys: ["token"] }));
    expect(hidden).toMatchObject({ data: { a: 1, token: "[redacted]" }, hash: original?.hash });
    expect((await collectEvents(log))[0]).toEqual(original);
  });

  it("[EL-52] redacting twice keeps the digest of the sealed payload", async () => {
    const once = await shown({ token: "t", pin: 1 }, { keys: ["token"] });
    const [twice] = await collect(redactEvents([once], { keys: ["pin"] }));
    expect(twice).toMatchObject({ data: { token: "[redacted]", pin: "[redacted]" }, data_digest: once.data_digest });
  });
});
