import { applyWrite, type CarEvent, type Origin, type StateEntry, type Transition } from "@car/ir";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type EventFacts, sampleEvents } from "../testing/sample-log.js";
import { replayState } from "./replay-state.js";

const set = (key: string, value: number, origin: Origin = "tool"): Transition => ({ key, value, origin });
const changed = (run: 0 | 1 | undefined, ...changes: Transition[]): EventFacts => ({
  kind: "state_changed",
  ...(run !== undefined && { run, action: "fetch" }),
  data: { changes },
});
const ended = (run: 0 | 1, status: string): EventFacts => ({ kind: "proposal_completed", run, data: { status } });

async function replayed(
  facts: readonly EventFacts[],
): Promise<{ version: number; entries: Record<string, StateEntry> }> {
  const state = await replayState(await sampleEvents(facts));
  return { version: state.version, entries: Object.fromEntries(state.entries()) };
}

describe("replayState", () => {
  it("[EL-31] [7.6] a committed run's changes count in order, as one commit", async () => {
    const state = await replayState(
      await sampleEvents([changed(0, set("b", 1), set("a", 1)), changed(0, set("a", 2)), ended(0, "committed")]),
    );
    expect(state.version).toBe(1);
    expect(state.get("a")).toBe(2);
    expect(state.entry("b")).toEqual({ value: 1, origin: "tool", version: 1 });
    expect(state.get("c")).toBeUndefined();
    expect(state.entries().map(([key]) => key)).toEqual(["a", "b"]);
  });

  it.each(["rolled_back", "rejected", "canceled", "suspended"])(
    "[EL-31] [7.6] a run that is %s leaves nothing",
    async (status) => {
      expect(await replayed([changed(0, set("a", 1)), ended(0, status)])).toEqual({ version: 0, entries: {} });
    },
  );

  it("[EL-31] [7.6] a run without an end leaves nothing, and one without changes makes no commit", async () => {
    expect(await replayed([changed(0, set("a", 1)), ended(1, "committed")])).toEqual({ version: 0, entries: {} });
  });

  it.each(["action_executing", "action_in_doubt", "action_failed", "action_skipped"] as const)(
    "[EL-31] [7.6] changes that no success followed are void after %s of the same action",
    async (kind) => {
      const again: EventFacts = { kind, run: 0, action: "fetch", attempt: 2, data: {} };
      const other: EventFacts = { ...changed(0, set("b", 1)), action: "store-it" };
      const facts = [changed(0, set("a", 1)), other, again, changed(0, set("c", 1)), ended(0, "committed")];
      expect(Object.keys((await replayed(facts)).entries)).toEqual(["b", "c"]);
    },
  );

  it("[EL-31] [7.6] a child that commits inside its parent counts, even when the parent is undone", async () => {
    const facts = [changed(0, set("a", 1)), changed(1, set("b", 1)), ended(1, "committed"), ended(0, "rolled_back")];
    expect(await replayed(facts)).toEqual({ version: 1, entries: { b: { value: 1, origin: "tool", version: 1 } } });
  });

  it("[EL-32] [7.6] the host's changes count at once", async () => {
    const facts = [changed(undefined, set("a", 1, "host")), changed(0, set("a", 2, "model")), ended(0, "rolled_back")];
    expect(await replayed(facts)).toEqual({ version: 1, entries: { a: { value: 1, origin: "host", version: 1 } } });
  });

  it("[EL-30] [7.6] a model's value stands beside the trusted one, and its deletion does not remove that", async () => {
    const deletion: Transition = { key: "b", origin: "model" };
    const facts = [
      changed(undefined, set("a", 1, "host"), set("b", 1, "host")),
      changed(0, set("a", 2, "model"), deletion),
      ended(0, "committed"),
    ];
    const trusted = { value: 1, origin: "host" };
    expect((await replayed(facts)).entries).toEqual({
      a: { value: 2, origin: "model", version: 2, trusted },
      b: { value: undefined, origin: "model", version: 2, trusted },
    });
  });

  it("[EL-33] [7.6] a snapshot replaces the state and its version", async () => {
    const entry = { key: "s", value: 1, origin: "model", version: 4, trusted: { value: 0, origin: "host" } };
    const facts: EventFacts[] = [
      changed(undefined, set("old", 1)),
      { kind: "state_snapshot", data: { entries: [entry, { key: "gone", origin: "model", version: 3 }], version: 7 } },
      changed(undefined, set("a", 1)),
    ];
    const { version, entries } = await replayed(facts);
    expect(version).toBe(8);
    expect(Object.keys(entries)).toEqual(["a", "gone", "s"]);
    expect(entries["s"]).toEqual({ value: 1, origin: "model", version: 4, trusted: { value: 0, origin: "host" } });
    expect(entries["gone"]).toEqual({ value: undefined, origin: "model", version: 3 });
  });

  it("[EL-34] [7.4] an erased payload stops a replay that needs it, and no other", async () => {
    const erase = (event: CarEvent): CarEvent => ({ ...event, data: {}, data_digest: "1".repeat(64) });
    const [change, end] = await sampleEvents([changed(0, set("a", 1)), ended(0, "committed")]);
    const [, undone] = await sampleEvents([changed(0, set("a", 1)), ended(0, "rolled_back")]);
    const erased = erase(change as CarEvent);
    await expect(replayState([erased, end as CarEvent])).rejects.toMatchObject({
      code: "CAR_LOG_PAYLOAD_ERASED",
      seq: 1,
    });
    expect((await replayState([erased, undone as CarEvent])).version).toBe(0);
  });

  it.each<[what: string, facts: EventFacts]>([
    ["changes", { kind: "state_changed", data: {} }],
    ["entries", { kind: "state_snapshot", data: { version: 1 } }],
    ["version", { kind: "state_snapshot", data: { entries: [] } }],
  ])("[EL-34] an event without its %s is corrupt", async (_what, facts) => {
    await expect(replayed([facts])).rejects.toMatchObject({ code: "CAR_LOG_CORRUPT" });
  });

  it("[EL-30] [EL-31] [EL-32] [7.6] equals the obvious model for any interleaving of runs", () => {
    const anyChange = fc.record({
      key: fc.constantFrom("a", "b", "__proto__"),
      origin: fc.constantFrom<Origin>("host", "tool", "model"),
      value: fc.option(fc.nat(3), { nil: undefined }),
    });
    const anyStep = fc.record({
      run: fc.constantFrom<0 | 1 | undefined>(0, 1, undefined),
      changes: fc.array(anyChange, { minLength: 1, maxLength: 3 }),
      end: fc.option(fc.constantFrom("committed", "rolled_back"), { nil: undefined }),
    });
    return fc.assert(
      fc.asyncProperty(fc.array(anyStep, { maxLength: 10 }), async (steps) => {
        const model = { version: 0, entries: new Map<string, StateEntry>() };
        const buffers: Transition[][] = [[], []];
        const facts: EventFacts[] = [];
        const commit = (changes: readonly Transition[]): void => {
          if (changes.length > 0) model.version++;
          for (const change of changes) {
            const entry = applyWrite(model.entries.get(change.key), { value: undefined, ...change }, model.version);
            if (entry === undefined) model.entries.delete(change.key);
            else model.entries.set(change.key, entry);
          }
        };
        for (const { run, changes, end } of steps) {
          facts.push(changed(run, ...(changes as Transition[])));
          if (run === undefined) commit(changes as Transition[]);
          else buffers[run]?.push(...(changes as Transition[]));
          if (run === undefined || end === undefined) continue;
          facts.push(ended(run, end));
          if (end === "committed") commit(buffers[run] ?? []);
          buffers[run] = [];
        }
        const state = await replayState(await sampleEvents(facts));
        expect(state.version).toBe(model.version);
        expect(new Map(state.entries())).toEqual(model.entries);
      }),
    );
  });
});
