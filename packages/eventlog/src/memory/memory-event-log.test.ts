import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { collectEvents, SAMPLE_SCOPES } from "@car/conformance/internal";
import { canonicalJson, jsonOfEvent, LazyPayload, parseProposal } from "@car/ir";
import type { EventDraft } from "@car/ir/ports";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { anchorHash } from "../chain/event-hash.js";
import { verifyChain } from "../chain/verify-chain.js";
import { nodeSha256 } from "../node/node-sha256.js";
import { payloadBytes } from "../payload/payload-bytes.js";
import { draftOf } from "../testing/sample-log.js";
import { memoryEventLog, type MemoryEventLog } from "./memory-event-log.js";

const DRAFT = draftOf({ kind: "action_executing", run: 0, action: "fetch", attempt: 1, data: { n: 1 } });

/** A draft whose payload is not of its kind: a log keeps what it is given. */
function carrying(data: object, kind: EventDraft["kind"] = DRAFT.kind): EventDraft {
  return { ...DRAFT, kind, data } as EventDraft;
}

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

function fill(log: MemoryEventLog, count: number): void {
  for (let index = 0; index < count; index++) log.append(DRAFT);
}

describe("payloads that are not plain JSON", () => {
  const cycle: Record<string, unknown> = { name: "loop" };
  cycle["self"] = cycle;
  const thrower = Object.defineProperty({}, "bad", {
    enumerable: true,
    get: () => {
      throw new Error("no");
    },
  });

  it.each<[what: string, data: object, recorded: object]>([
    ["a lone surrogate", { "k\uD800": "a\uDC00b" }, { "k\uFFFD": "a\uFFFDb" }],
    ["NaN and infinities", { n: [Number.NaN, Number.POSITIVE_INFINITY, 1] }, { n: [null, null, 1] }],
    ["a BigInt", { n: 12n }, { n: "12" }],
    ["an undefined member", { a: undefined, b: [undefined] }, { b: [null] }],
    ["a function", { f: () => 1, b: true }, { b: true }],
    ["a cycle", cycle, { name: "loop", self: "[cycle]" }],
    ["a getter that throws", thrower, { unrecorded: "no" }],
    [
      "a __proto__ member",
      JSON.parse('{"__proto__":{"x":1}}') as object,
      JSON.parse('{"__proto__":{"x":1}}') as object,
    ],
  ])("[EL-9] [5.9] %s is recorded as the nearest plain JSON", async (_what, data, recorded) => {
    const log = memoryEventLog();
    log.append(carrying(data));
    const events = await collectEvents(log);
    expect(canonicalJson(events[0]?.data)).toBe(canonicalJson(recorded));
    expect(await verifyChain(events, { head: await log.head() })).toMatchObject({ valid: true, events: 1 });
  });

  it("[EL-9] nesting without end is cut", async () => {
    const log = memoryEventLog();
    let data: object = { leaf: 1 };
    for (let depth = 0; depth < 5_000; depth++) data = { data };
    log.append(carrying(data));
    expect(JSON.stringify(await collectEvents(log))).toContain("[nested too deep]");
  });
});

describe("retention", () => {
  it("[EL-10] [7.4] keeps at most maxEvents events, the newest, and nearly as many", () =>
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.nat(200), (maxEvents, count) => {
        const log = memoryEventLog({ maxEvents });
        fill(log, count);
        const { from, to } = log.kept();
        expect(to).toBe(count);
        expect(to - from + 1).toBeLessThanOrEqual(maxEvents);
        expect(to - from + 1).toBeGreaterThanOrEqual(Math.min(count, Math.floor(maxEvents * 0.7)));
      }),
    ));

  it.each([0, -1, 1.5, Number.NaN])("[EL-10] [EL-15] refuses %s as a bound", (bound) => {
    expect(() => memoryEventLog({ maxEvents: bound })).toThrow("maxEvents must be a positive integer");
    expect(() => memoryEventLog({ maxBytes: bound })).toThrow("maxBytes must be a positive integer");
  });

  it("[EL-15] [7.4] keeps payloads of at most maxBytes, or the newest alone, and nearly as many", () =>
    fc.assert(
      fc.property(fc.array(fc.nat(3_000), { maxLength: 80 }), fc.nat(60), (sizes, maxEvents) => {
        const maxBytes = 8_000;
        const log = memoryEventLog({ maxBytes, maxEvents: maxEvents + 20 });
        const counted = sizes.map((size) => {
          const draft = carrying({ text: "x".repeat(size) });
          log.append(draft);
          return payloadBytes(draft);
        });
        const bytesIn = (events: readonly number[]): number => events.reduce((sum, bytes) => sum + bytes, 0);
        const { from, to } = log.kept();
        const kept = bytesIn(counted.slice(from - 1, to));
        expect(kept).toBeLessThanOrEqual(Math.max(maxBytes, maxBytes / 8 + (counted.at(-1) ?? 0)));
        if (to > maxEvents) return;
        // What was dropped last was a chunk of an eighth and one event more, to make room for the newest.
        expect(kept).toBeGreaterThanOrEqual(Math.min(bytesIn(counted), maxBytes - maxBytes / 8 - 2 * 3_100));
      }),
    ));

  it("[EL-15] [7.4] by default survives any number of large payloads of any kind", () => {
    const log = memoryEventLog();
    const text = "x".repeat(7_000_000);
    const proposal = parseProposal({ actions: [{ id: "a", type: "tool_call", tool: "t", parameters: { text } }] });
    const large: readonly EventDraft[] = [
      carrying({ proposal }, "proposal_received"),
      carrying({ output: [text] }, "action_succeeded"),
      carrying({ parameters: { text } }, "action_executing"),
      carrying({ changes: [{ key: "k", value: text, origin: "model" }] }, "state_changed"),
      carrying({ output: { text } }, "compensation_succeeded"),
    ];
    for (const draft of large) {
      for (let index = 0; index < 110; index++) log.append(draft);
      const { from, to } = log.kept();
      expect(to - from).toBeLessThan(10);
      expect(to - from).toBeGreaterThan(6);
    }
  });

  it("[EL-15] [7.4] lets go of the payloads that it drops, and reads the others as they were", async () => {
    const log = memoryEventLog({ maxEvents: 40 });
    const dropped: WeakRef<object>[] = [];
    for (let seq = 1; seq <= 100; seq++) {
      const data = { seq };
      if (seq <= 60) dropped.push(new WeakRef(data));
      log.append(carrying(data));
    }
    await new Promise((resolve) => void setImmediate(resolve));
    collectGarbage();
    expect(dropped.filter((ref) => ref.deref() !== undefined)).toEqual([]);
    const events = await collectEvents(log);
    expect(events.length).toBeGreaterThan(30);
    expect(events.every((event) => jsonOfEvent(event)["seq"] === event.seq)).toBe(true);
  });

  it("[EL-11] [EL-21] [7.5] dropped unseen, the chain starts anew and says so", async () => {
    const log = memoryEventLog({ maxEvents: 8 });
    fill(log, 20);
    const [first] = await collectEvents(log);
    expect(first).toMatchObject({ seq: 13, prev_hash: anchorHash(12) });
    const report = await verifyChain(log.read(), { head: await log.head() });
    expect(report).toMatchObject({ valid: true, complete: false, from: 13, events: 8 });
  });

  it("[EL-11] [7.5] dropped after its hashes were known, the chain goes on", async () => {
    const log = memoryEventLog({ maxEvents: 8 });
    fill(log, 8);
    const earlier = await collectEvents(log);
    fill(log, 4);
    const later = await collectEvents(log);
    expect(later[0]?.prev_hash).toBe(earlier[3]?.hash);
    expect(await verifyChain([...earlier.slice(0, 4), ...later])).toMatchObject({
      valid: true,
      complete: true,
      events: 12,
    });
  });

  it("[EL-12] [7.5] a reader under way is not disturbed by what is dropped", async () => {
    const log = memoryEventLog({ maxEvents: 8 });
    fill(log, 8);
    const events = [];
    for await (const event of log.read()) {
      events.push(event);
      fill(log, 5);
    }
    expect(await verifyChain(events)).toMatchObject({ valid: true, complete: true, events: 8 });
    expect(log.kept()).toEqual({ from: 41, to: 48 });
  });

  it("[EL-12] [7.5] appending and looking in any order gives one story about each event", () =>
    fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom("append", "read", "head"), { maxLength: 60 }), async (steps) => {
        const log = memoryEventLog({ maxEvents: 4 });
        const hashes = new Map<number, string>();
        for (const step of steps) {
          if (step === "append") fill(log, 1);
          const { seq, hash } = step === "head" ? await log.head() : { seq: 0, hash: "" };
          for (const event of step === "read" ? await collectEvents(log) : seq > 0 ? [{ seq, hash }] : []) {
            expect(hashes.get(event.seq) ?? event.hash).toBe(event.hash);
            hashes.set(event.seq, event.hash);
          }
        }
      }),
    ));
});

/** Says how often it was made. */
class Counted extends LazyPayload {
  made = 0;
  readonly bytes: number;
  private readonly data: object;

  constructor(data: object, bytes: number) {
    super();
    this.data = data;
    this.bytes = bytes;
  }

  make(): object {
    this.made++;
    return this.data;
  }
}

/** A draft as a recorder gives it: whoever reads `data` has the payload made. */
function lazily(lazy: Counted): EventDraft {
  return {
    ...DRAFT,
    lazy,
    get data() {
      return lazy.make();
    },
  } as EventDraft;
}

describe("payloads that are made when they are read", () => {
  it("[EL-17] [7.4] are not made before, and read as what they make", async () => {
    const [one, other] = [memoryEventLog(), memoryEventLog()];
    const payloads = [{ n: 1 }, { text: "x", __proto__: null }, { bad: Number.NaN }].map(
      (data) => new Counted(data, 10),
    );
    for (const lazy of payloads) {
      one.append(lazily(lazy));
      expect(lazy.made).toBe(0);
      other.append(carrying(lazy.make()));
    }
    expect(await one.head()).toEqual(await other.head());
    expect(await collectEvents(one)).toEqual(await collectEvents(other));
  });

  it("[EL-17] [EL-15] count with what they say they take", () => {
    const log = memoryEventLog({ maxBytes: 10_000 });
    for (let index = 0; index < 20; index++) log.append(lazily(new Counted({}, 2_000)));
    const { from, to } = log.kept();
    expect(to - from + 1).toBeLessThan(6);
  });
});

describe("memoryEventLog", () => {
  it("[EL-13] [7.4] an event takes at most 100 bytes, hashes included", async () => {
    const live = (): number => {
      collectGarbage();
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      return heapUsed + arrayBuffers;
    };
    const draft: EventDraft = { ...carrying({}), scope: SAMPLE_SCOPES[0] };
    const warm = memoryEventLog({ sha256: nodeSha256 });
    fill(warm, 5_000);
    await warm.head();

    const before = live();
    const log = memoryEventLog({ sha256: nodeSha256 });
    for (let index = 0; index < 100_000; index++) log.append(draft);
    expect((live() - before) / 100_000).toBeLessThan(100);
    await log.head();
    expect((live() - before) / 100_000).toBeLessThan(100);
    expect(log.kept().to + warm.kept().to).toBe(105_000);
  });

  it("[EL-14] a closed log can still be read", async () => {
    const log = memoryEventLog();
    fill(log, 2);
    await log.close();
    expect(await collectEvents(log)).toHaveLength(2);
    expect(await log.head()).toMatchObject({ seq: 2 });
  });
});
