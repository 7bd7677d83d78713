import type { StateEntry } from "@car/ir";
import type { StateStore, StateView } from "@car/ir/ports";
import * as fc from "fast-check";
import { assertEqual } from "../assert.js";
import type { TestRunner } from "../test-runner.js";
import { contentOf, type WithStore } from "./test-state-store-tools.js";

const KEYS = ["", "__proto__", "a", "a.b", "b", "c", "d", "e", "f", "g", "h", "toString"];

/** One step of a generated history. `pick` chooses among the views held so far. */
type Step =
  | { readonly kind: "commit"; readonly changes: readonly (readonly [string, StateEntry | undefined])[] }
  | { readonly kind: "view" }
  | { readonly kind: "read" | "release"; readonly pick: number };

/** The property that makes views views: rules about all of them at once. */
export function testStateHistory(it: TestRunner["it"], withStore: WithStore): void {
  it("[ST-4] [5.1] every view of any history reads like a copy of a Map made at that moment", () =>
    fc.assert(
      fc.asyncProperty(fc.array(anyStep, { maxLength: 80, size: "max" }), (steps) =>
        withStore((store) => playHistory(store, steps))(),
      ),
      { numRuns: 100 },
    ));
}

const anyEntry: fc.Arbitrary<StateEntry> = fc.record(
  {
    value: fc.option(fc.jsonValue({ maxDepth: 1 }) as fc.Arbitrary<StateEntry["value"]>, { nil: undefined }),
    origin: fc.constantFrom("host", "tool", "model"),
    version: fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 1, 3),
    labels: fc.constant(["untrusted"]),
  },
  { requiredKeys: ["value", "origin", "version"] },
);

const anyChange = fc.tuple(fc.constantFrom(...KEYS), fc.option(anyEntry, { nil: undefined, freq: 5 }));

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("commit"), changes: fc.array(anyChange, { maxLength: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("commit"), changes: fc.array(anyChange, { maxLength: 20 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("view") }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom("read", "release"), pick: fc.nat() }) },
);

/** A view and what it must say for ever. */
interface Held {
  readonly view: StateView;
  readonly expected: unknown;
}

async function playHistory(store: StateStore, steps: readonly Step[]): Promise<void> {
  const now = new Map<string, StateEntry>();
  const held: Held[] = [];
  let version = 0;

  for (const step of steps) {
    if (step.kind === "commit") {
      version += 1;
      assertEqual(await store.commit({ entries: new Map(step.changes) }), version, "version of the commit");
      applyTo(now, new Map(step.changes), version);
    } else if (step.kind === "view") {
      held.push({ view: store.view(), expected: expectedContent(now, version) });
    } else {
      const place = step.pick % (held.length || 1);
      checkHeld(held[place]);
      if (step.kind === "release") held.splice(place, 1).forEach(releaseTwice);
    }
  }
  checkHeld({ view: store.view(), expected: expectedContent(now, version) });
  for (const view of held) checkHeld(view);
}

function checkHeld(held: Held | undefined): void {
  if (held !== undefined) assertEqual(contentOf(held.view, KEYS), held.expected, "content of a view");
}

function releaseTwice({ view }: Held): void {
  view.release?.();
  view.release?.();
}

function applyTo(
  now: Map<string, StateEntry>,
  changes: ReadonlyMap<string, StateEntry | undefined>,
  version: number,
): void {
  for (const [key, entry] of changes) {
    if (entry === undefined) now.delete(key);
    else now.set(key, entry.version === 0 ? { ...entry, version } : entry);
  }
}

function expectedContent(now: ReadonlyMap<string, StateEntry>, version: number): unknown {
  return {
    version,
    keys: KEYS.filter((key) => now.get(key)?.value !== undefined).sort(),
    entries: KEYS.map((key) => [key, now.get(key), now.get(key)?.value]),
  };
}
