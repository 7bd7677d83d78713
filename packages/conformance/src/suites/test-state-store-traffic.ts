import type { NestedLockError } from "@car/ir";
import type { Lease, LockOwner, LockRequest, StateStore } from "@car/ir/ports";
import * as fc from "fast-check";
import { assertEqual, assertThrowsCode } from "../assert.js";
import type { TestRunner } from "../test-runner.js";
import { LockModel } from "./lock-model.js";
import { assertRefused, eventually, isWait, type Pending, watch, type WithStore } from "./test-state-store-tools.js";

interface Acquire {
  readonly kind: "acquire";
  readonly reads: readonly string[];
  readonly writes: readonly string[];
  /** Which earlier request's owner is the parent; undefined for a run of its own. */
  readonly parent: number | undefined;
}

/** One step of generated traffic. `pick` chooses among the requests it could mean. */
type Step = Acquire | { readonly kind: "release" | "cancel"; readonly pick: number };

/** Traffic that an earlier implementation served wrongly. */
const ONCE_WRONG: readonly (readonly Step[])[] = [
  // The child of a waiting request came last, and was served first.
  [wants({ writes: ["a"] }), wants({ writes: ["*"] }), wants({ writes: ["a"], parent: 1 })],
  // When the prefix was free again nothing was held, and the writer passed the child before it.
  [
    wants({ writes: ["*"] }),
    wants({ reads: ["a"] }),
    wants({ reads: ["abc"], parent: 1 }),
    { kind: "cancel", pick: 0 },
    wants({ writes: ["a", "abc"] }),
  ],
];

/** The property that makes locks locks: rules about any mixture of requests. */
export function testLockTraffic(it: TestRunner["it"], withStore: WithStore): void {
  for (const [what, keys] of KEY_SETS) {
    it(`[ST-21] [5.1] any traffic ${what} is served as the rules say, and in the end everybody is`, () =>
      fc.assert(
        fc.asyncProperty(fc.array(anyStep(keys), { maxLength: 40, size: "max" }), (steps) =>
          withStore((store) => new Traffic(store).play(steps))(),
        ),
        { numRuns: 100, examples: ONCE_WRONG.map((steps) => [[...steps]]) },
      ));
  }
}

function wants(keys: Partial<Acquire>): Step {
  return { kind: "acquire", reads: [], writes: [], parent: undefined, ...keys };
}

const KEY_SETS = [
  ["on exact keys", ["a", "b", "c", "d", "e"]],
  ["on keys and prefixes", ["a", "ab", "abc", "b", "a*", "ab*", "*"]],
] as const;

function anyStep(keys: readonly string[]): fc.Arbitrary<Step> {
  const anyKeys = fc.array(fc.constantFrom(...keys), { maxLength: 3 });
  const parent = fc.oneof(
    { weight: 2, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.nat({ max: 20 }) },
  );
  return fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant("acquire"), reads: anyKeys, writes: anyKeys, parent }),
    },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant("release"), pick: fc.nat() }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("cancel"), pick: fc.nat() }) },
  );
}

/** One request in the store, beside the model's request of the same number. */
interface Live {
  readonly wait: Pending | undefined;
  lease(): Lease | undefined;
}

class Traffic {
  readonly #store: StateStore;
  readonly #model = new LockModel();
  readonly #live: Live[] = [];

  constructor(store: StateStore) {
    this.#store = store;
  }

  async play(steps: readonly Step[]): Promise<void> {
    for (const step of steps) {
      if (step.kind === "acquire") this.#acquire(step);
      else await this.#end(step.kind === "release" ? "held" : "waiting", step.pick);
      await this.#compare();
    }
    while (this.#numbersOf("held").length > 0) {
      await this.#end("held", 0);
      await this.#compare();
    }
    assertEqual(this.#numbersOf("waiting"), [], "requests that nobody will ever serve");
  }

  #acquire({ reads, writes, parent }: Acquire): void {
    const above = this.#model.requests.at((parent ?? 0) % (this.#model.requests.length || 1));
    const owner: LockOwner = parent === undefined || above === undefined ? {} : { parent: above.owner };
    const request: LockRequest = { owner, reads, writes };
    const refused = this.#model.acquire(request);
    if (refused.length > 0) {
      const error = assertThrowsCode("CAR_LOCK_NESTED", () => this.#store.acquire(request)) as NestedLockError;
      assertEqual([...new Set(error.keys)].sort(), refused, "keys of the refusal");
      return;
    }
    const answer = this.#store.acquire(request);
    assertEqual(isWait(answer), this.#model.requests.at(-1)?.status === "waiting", "has to wait");
    this.#live.push(isWait(answer) ? liveWait(watch(answer)) : { lease: () => answer, wait: undefined });
  }

  /** Ends one of the requests with the given status, if there is one. */
  async #end(status: "held" | "waiting", pick: number): Promise<void> {
    const numbers = this.#numbersOf(status);
    const number = numbers.at(pick % (numbers.length || 1));
    const live = number === undefined ? undefined : this.#live[number];
    if (number === undefined || live === undefined) return;
    this.#model.end(number);
    if (status === "held") return live.lease()?.release();
    if (live.wait === undefined) return;
    live.wait.wait.cancel();
    await assertRefused("CAR_LOCK_CANCELED", live.wait);
  }

  async #compare(): Promise<void> {
    const expected = this.#numbersOf("held");
    await eventually(() => expected.every((number) => this.#live[number]?.lease() !== undefined));
    const ended = this.#numbersOf("ended");
    const served = [...this.#live.keys()].filter((number) => this.#live[number]?.lease() !== undefined);
    assertEqual(without(served, ended), expected, "requests that are served");
  }

  #numbersOf(status: "held" | "waiting" | "ended"): readonly number[] {
    return this.#model.requests.flatMap((request, number) => (request.status === status ? [number] : []));
  }
}

function liveWait(wait: Pending): Live {
  return { wait, lease: () => wait.lease };
}

function without(numbers: readonly number[], others: readonly number[]): readonly number[] {
  return numbers.filter((number) => !others.includes(number));
}
