import { anyEventDraft, collectEvents } from "@car/conformance/internal";
import { canonicalJson, contentHash, type CarEvent, eventFromLog } from "@car/ir";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { memoryEventLog } from "../memory/memory-event-log.js";
import { nodeSha256 } from "../node/node-sha256.js";
import { verifyChain } from "./verify-chain.js";

type Json = Record<string, unknown>;
/** Changes a log in one place; the numbers and the value pick where and how. */
type Mutation = (log: Json[], pick: { place: number; step: number; value: unknown }) => void;

/** Walks into a value, picking a member at each level, and gives the place where the walk ends. */
function placeIn(event: Json, step: number): { holder: Json; name: string } {
  let [holder, names, rest] = [event, Object.keys(event), step];
  for (;;) {
    const name = names[rest % names.length] ?? "";
    const inside = holder[name];
    rest = Math.floor(rest / names.length);
    const canEnter = typeof inside === "object" && inside !== null && Object.keys(inside).length > 0;
    if (!canEnter || rest % 2 === 0) return { holder, name };
    [holder, names] = [inside as Json, Object.keys(inside)];
  }
}

function define(holder: Json, name: string, value: unknown): void {
  Object.defineProperty(holder, name, { value, enumerable: true, configurable: true, writable: true });
}

const MUTATIONS: Readonly<Record<string, Mutation>> = {
  "replaces a value": (log, { place, step, value }) => {
    const { holder, name } = placeIn(log[place % log.length] as Json, step);
    define(holder, name, value);
  },
  "removes a member": (log, { place, step }) => {
    const { holder, name } = placeIn(log[place % log.length] as Json, step);
    if (Array.isArray(holder)) holder.splice(Number(name), 1);
    else delete holder[name];
  },
  "adds a member": (log, { place, step, value }) => {
    const event = log[place % log.length] as Json;
    const { holder } = placeIn(event, step);
    define(
      Array.isArray(holder) ? event : holder,
      ["data_digest", "action_id", "attempt", "extra"][step % 4] ?? "",
      value,
    );
  },
  "removes an event": (log, { place }) => void log.splice(place % log.length, 1),
  "repeats an event": (log, { place, step }) =>
    void log.splice(step % (log.length + 1), 0, log[place % log.length] as Json),
  "moves an event": (log, { place, step }) => {
    const [moved] = log.splice(place % log.length, 1);
    log.splice(step % (log.length + 1), 0, moved as Json);
  },
  "cuts off the end": (log, { place }) => void log.splice(place % log.length),
};

const anyValue = fc.oneof(
  fc.jsonValue({ maxDepth: 1 }),
  fc.stringMatching(/^[0-9a-f]{64}$/),
  fc.constant(contentHash({})),
  fc.nat(5),
);

describe("any single mutation", () => {
  it.each(Object.entries(MUTATIONS))("[EL-20] [7.5] that %s is found", async (_name, mutate) => {
    const anyPick = fc.record({ place: fc.nat(), step: fc.nat(), value: anyValue });
    await fc.assert(
      fc.asyncProperty(fc.array(anyEventDraft, { minLength: 1, maxLength: 6 }), anyPick, async (drafts, pick) => {
        const log = memoryEventLog({ sha256: nodeSha256 });
        for (const draft of drafts) log.append(draft);
        const head = await log.head();
        const original = JSON.stringify(await collectEvents(log));
        const mutant = JSON.parse(original) as Json[];
        mutate(mutant, pick);
        fc.pre(canonicalJson(mutant) !== canonicalJson(JSON.parse(original)));
        const report = await verifyChain(mutant as unknown as CarEvent[], { head, sha256: nodeSha256 });
        expect(report.valid).toBe(false);
      }),
      { numRuns: 200 },
    );
  });

  it.each([null, 0, ""])("[EL-20] that adds `data_digest: %j` is found", async (data_digest) => {
    const log = memoryEventLog();
    log.append({ kind: "action_validated", time: 0, action: -1, attempt: 0 });
    const [event] = await collectEvents(log);
    const mutant = eventFromLog({ ...event, data_digest });
    expect((await verifyChain([mutant], { head: await log.head() })).valid).toBe(false);
  });
});
