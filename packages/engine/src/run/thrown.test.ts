import { runInNewContext } from "node:vm";
import { isWellFormed } from "@car/ir/internal";
import { memoryStateStore } from "@car/state";
import type { StateStore } from "@car/ir/ports";
import { describe, expect, it } from "vitest";
import type { RuntimeOptions } from "../runtime-options.js";
import { call, testRuntime, tool } from "../testing/fixtures.js";
import { messageOf } from "./thrown.js";

const KEY = { reversibility: "reversible" as const, effects: ["k"] };
const WRITE = { id: "w", type: "state_write", parameters: { key: "k", value: 1 } } as const;

const trap = (): never => {
  throw new Error("trap");
};
const hostile = new Proxy({}, { get: trap, has: trap, getPrototypeOf: trap, ownKeys: trap });
const withMessage = (message: unknown): Error => Object.defineProperty(new Error("x"), "message", { value: message });

const THROWN: readonly (readonly [string, unknown])[] = [
  ["a message that is an object", withMessage({ code: 500 })],
  ["a message that is a symbol", withMessage(Symbol("m"))],
  ["no message", withMessage(undefined)],
  ["a getter that throws", Object.defineProperty(new Error("x"), "message", { get: trap })],
  ["a status whose getter throws", Object.defineProperty(new Error("x"), "status", { get: trap })],
  ["a proxy that throws", hostile],
  ["half a surrogate pair", new Error("ann \ud83d")],
  ["null", null],
  ["a BigInt", 10n],
  [
    "an object in a circle",
    (() => {
      const circle: Record<string, unknown> = {};
      return (circle["self"] = circle);
    })(),
  ],
];

/** The run of one call, and that of a write to the key that it had. */
async function runAndNext(options: RuntimeOptions, given: object = {}) {
  const { runtime, clock } = testRuntime({ limits: { lock_timeout_ms: 100, drain_timeout_ms: 50 }, ...options });
  const running = runtime.execute({ actions: [call("a", "bad")] }, given);
  const first = await settled(running, clock);
  const next = await settled(runtime.execute({ actions: [WRITE] }), clock);
  return { first, next, pending: clock.pending() };
}

async function settled<T>(promise: Promise<T>, clock: ReturnType<typeof testRuntime>["clock"]): Promise<T | Error> {
  let result: T | Error = new Error("it does not settle");
  promise.then(
    (value) => (result = value),
    (error: Error) => (result = error),
  );
  await clock.advanceAsync(200);
  return result;
}

describe("whatever is thrown", () => {
  it("[EN-126] [5.9] an error of another realm keeps its message", async () => {
    const foreign = runInNewContext("new RangeError('of another realm')") as Error;
    expect(foreign instanceof Error).toBe(false);
    expect(messageOf(foreign)).toBe("of another realm");
    const bad = tool("bad", () => Promise.reject(foreign), KEY);
    const controller = new AbortController();
    const { first } = await runAndNext({ tools: [bad] });
    expect(first).toMatchObject({ results: [{ reason: { message: "of another realm" } }] });
    controller.abort(foreign);
    const { first: canceled } = await runAndNext({ tools: [bad] }, { signal: controller.signal });
    expect(canceled).toMatchObject({ status: "canceled", cause: { message: "of another realm" } });
  });

  it.each(THROWN)("[EN-126] [5.9] is told as text: %s", (_what, thrown) => {
    expect(messageOf(thrown)).toBeTypeOf("string");
    expect(isWellFormed(messageOf(thrown))).toBe(true);
  });

  it.each(
    THROWN.flatMap(([what, thrown]) => [
      [
        what,
        "thrown",
        () => {
          throw thrown;
        },
      ] as const,
      [what, "rejected with", () => Promise.reject(thrown)] as const,
    ]),
  )("[EN-126] [5.9] by a tool fails its action, and its key is free: %s, %s", async (...[, , execute]) => {
    const { first, next } = await runAndNext({ tools: [tool("bad", execute, KEY)] });
    expect(first).toMatchObject({ status: "rolled_back", results: [{ status: "failed" }] });
    expect(next).toMatchObject({ status: "committed" });
  });

  it.each<[string, object]>([
    ["half a surrogate pair", { principal: "ann\ud83d" }],
    ["no text", { principal: { toString: trap } }],
    ["too long", { principal: "x".repeat(2_000) }],
    ["no signal", { signal: { aborted: false } }],
    ["a signal whose getter throws", { signal: Object.defineProperty({}, "aborted", { get: trap }) }],
    ["a signal whose methods throw", { signal: { aborted: false, addEventListener: trap, removeEventListener: trap } }],
  ])("[EN-126] [5.9] a caller's principal or signal that is none is refused by name: %s", async (_what, given) => {
    const { first, next } = await runAndNext({ tools: [tool("bad", () => 1, KEY)] }, given);
    expect(first).toMatchObject({ code: "CAR_CONFIG_INVALID" });
    expect(next).toMatchObject({ status: "committed" });
  });

  it.each<[string, (store: StateStore) => Partial<StateStore>]>([
    ["a lease that cannot be given back", (store) => ({ acquire: (request) => unreleasable(store.acquire(request)) })],
    ["no locks", () => ({ acquire: trap })],
    ["no view", () => ({ view: trap })],
    ["no commit", () => ({ commit: trap })],
    ["a commit that rejects", () => ({ commit: () => Promise.reject(new Error("trap")) })],
  ])("[EN-126] [5.9] by a store ends in an answer: %s", async (_what, broken) => {
    const store = memoryStateStore();
    const state = new Proxy(store, {
      get: (target, name: keyof StateStore) =>
        (isReady && (broken(store)[name] ?? bound(target, name))) || bound(target, name),
    });
    let isReady = false;
    const runtime = { tools: [tool("bad", (_given, context) => void context.state.set("k", 1), KEY)], state };
    const { runtime: made, clock } = testRuntime({ ...runtime, limits: { lock_timeout_ms: 100 } });
    isReady = true;
    const result = await settled(made.execute({ actions: [call("a", "bad")] }), clock);
    expect(result).toHaveProperty("status");
    isReady = false;
    expect(await settled(made.execute({ actions: [WRITE] }), clock)).toMatchObject({ status: "committed" });
  });

  it("[EN-126] [5.9] by an approver, a promise of a policy or a thenable leaves no run behind", async () => {
    const lying = Object.assign(Promise.resolve(), { then: trap });
    const policies = [
      () => lying,
      () => ({ then: trap }),
      () => ({ then: (yes: (value: unknown) => void) => (yes(hostile), yes(1)) }),
    ];
    for (const check of policies) {
      const policy = { version: "1", supports: { rateLimits: false }, check: check as never };
      const { first } = await runAndNext({ tools: [tool("bad", () => 1, KEY)], policy });
      expect(first).toMatchObject({ status: "rolled_back", results: [{ reason: { code: "policy_denied" } }] });
    }
    const { first, next } = await runAndNext({ tools: [tool("bad", () => lying, KEY)] });
    expect(first).toMatchObject({ status: "rolled_back", results: [{ status: "failed" }] });
    expect(next).toMatchObject({ status: "committed" });
  });

  it("[EN-126] [4.4] a promise that changes while it is looked at answers its own call once, and no other", async () => {
    const { runtime } = testRuntime({
      tools: [
        tool("odd", () => {
          const promise = Promise.resolve("odd");
          let looks = 0;
          const twice = function (this: Promise<string>, onValue: (value: string) => void): void {
            onValue("once");
            onValue("FORGED");
          };
          const plain: unknown = Reflect.get(promise, "then");
          Reflect.defineProperty(promise, "then", { get: () => (++looks < 3 ? plain : twice) });
          return promise;
        }),
        tool("honest", async () => "honest"),
      ],
    });
    const results = await Promise.all(
      ["odd", "honest", "odd", "honest"].map((name) => runtime.execute({ actions: [call("a", name)] })),
    );
    expect(results.map(({ results: [only] }) => only!.output)).toEqual(["odd", "honest", "odd", "honest"]);
  });

  it("[EN-130] [4.6] a tool that writes into its context keeps its deadline", async () => {
    const { runtime, clock } = testRuntime({
      tools: [
        tool("stuck", (_, context) => {
          Object.assign(context, { due: Number.MAX_VALUE, order: 0, place: 0 });
          return new Promise(() => undefined);
        }),
      ],
      limits: { default_timeout_ms: 100 },
    });
    const done = runtime.execute({ actions: [call("a", "stuck")] });
    clock.advance(100);
    expect((await done).results[0]!.reason!.code).toBe("timeout");
  });
});

function bound(store: StateStore, name: keyof StateStore): unknown {
  const value: unknown = Reflect.get(store, name);
  return typeof value === "function" ? (value.bind(store) as unknown) : value;
}

function unreleasable(answer: ReturnType<StateStore["acquire"]>): ReturnType<StateStore["acquire"]> {
  if ("lease" in answer) return answer;
  return { release: () => (answer.release(), trap()) };
}
