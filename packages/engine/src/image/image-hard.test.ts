import { setTimeout as sleep } from "node:timers/promises";
import { collectEvents } from "@car/conformance/internal";
import { type ProposalInput, ToolError } from "@car/ir";
import type { PolicyEngine, Tool, ToolExecute } from "@car/ir/ports";
import { describe, expect, it } from "vitest";
import { createRuntime } from "../create-runtime.js";
import type { RuntimeOptions } from "../runtime-options.js";
import { expectReplay } from "../testing/expect-replay.js";
import { call, statuses, testRuntime, tool } from "../testing/fixtures.js";

const FREE = { reversibility: "reversible" } as const;
const BEFORE = { tool: "look", parameters: { name: "$parameters.name" } };

interface Schemas {
  readonly write?: object;
  readonly look?: object;
}

/** A tool with an image that `read` reads, what undoes it, and the calls that were made of these. */
function kit(read: ToolExecute, schemas: Schemas = {}, back?: ToolExecute) {
  const calls: string[] = [];
  const counted =
    (what: string): ToolExecute =>
    ({ name }) =>
      void calls.push(`${what} ${name as string}`);
  const compensation = { tool: "back", parameters: { name: "$parameters.name", value: "$before" } };
  const tools: Tool[] = [
    tool("write", counted("write"), { reversibility: "compensable", before: BEFORE, compensation, ...schemas.write }),
    tool("look", read, { ...FREE, ...schemas.look }),
    tool("back", back ?? counted("back"), FREE),
    tool("bad", () => Promise.reject(new ToolError("broken")), FREE),
    tool("mail", () => void calls.push("mail"), {}),
  ];
  return { calls, tools };
}

const writing = (id: string) => call(id, "write", { parameters: { name: id } });
const FAILS_AFTER_A = call("f", "bad", { dependencies: ["a"] });

type Watched = ReturnType<typeof testRuntime>;
/** Works while the plan does, before the clock moves on. */
type During = (made: Watched & { readonly abort: () => void }) => Promise<void>;

/** Runs a plan to its end, which must come, and replays it. */
async function run(
  tools: Tool[],
  actions: ProposalInput["actions"],
  { during, ...options }: RuntimeOptions & { during?: During } = {},
) {
  const made = testRuntime({ random: () => 0, ...options, tools });
  const controller = new AbortController();
  const running = made.runtime.execute({ actions }, { signal: controller.signal });
  await during?.({ ...made, abort: () => controller.abort() });
  await made.clock.advanceAsync(400_000);
  const hung = sleep(2_000, undefined, { ref: false }).then(() => Promise.reject(new Error("HUNG")));
  const result = await Promise.race([running, hung]);
  await expectReplay(await collectEvents(made.runtime.eventLog));
  return { result, kinds: made.kinds };
}

/** A reader whose `at`-th call answers when it is told to; the others answer at once. */
function heldReader(at = 1) {
  let reads = 0;
  let answer!: (image: string) => void;
  const read: ToolExecute = () => (++reads === at ? new Promise((resolve) => (answer = resolve)) : "x");
  return { read, answer: () => answer("x") };
}

function thrown(error: Error): never {
  throw error;
}

function circular(): object {
  const value: Record<string, unknown> = {};
  value["self"] = value;
  return value;
}

function nested(depth: number): unknown[] {
  return depth === 0 ? [] : [nested(depth - 1)];
}

/** Fails twice in a way that may pass, then answers. */
function passing(): ToolExecute {
  let tries = 0;
  return () => (tries++ < 2 ? thrown(new ToolError("not yet", { class: "transient" })) : 1);
}

type Verdict = "an image" | "no image" | "too large";

const READERS: readonly [string, () => ToolExecute, Verdict][] = [
  ["throws", () => () => thrown(new Error("no")), "no image"],
  ["rejects", () => () => Promise.reject(new Error("no")), "no image"],
  ["answers with a cycle", () => circular, "no image"],
  ["answers with a bigint", () => () => 1n, "no image"],
  ["answers with undefined", () => () => undefined, "an image"],
  ["answers with a function", () => () => () => 1, "no image"],
  ["never answers", () => () => new Promise(() => undefined), "no image"],
  ["answers with too much", () => () => "x".repeat(2_000_000), "too large"],
  ["answers with 500 levels", () => () => nested(500), "no image"],
  ["answers with an error of its own", () => () => ({ error: "x" }), "no image"],
  [
    "starts a run",
    () =>
      (_, { execute }) =>
        execute({ actions: [call("x", "mail")] }),
    "no image",
  ],
  ["answers with a thenable", () => () => ({ then: (resolve: (image: string) => void) => resolve("t") }), "an image"],
  [
    "answers with a getter that throws",
    () => () => Object.defineProperty({}, "a", { enumerable: true, get: () => thrown(new Error("g")) }),
    "no image",
  ],
  ["fails twice and then answers", passing, "an image"],
];

const SETTINGS = [true, false].flatMap((required) =>
  (["safe", "eager"] as const).map((each) => [required, each] as const),
);

describe.each(READERS)("a reader that %s", (_what, reader, verdict) => {
  it.each(SETTINGS)(
    "[EN-141] [EN-142] [7.6] makes no call without an image, and it replays (required: %s, %s)",
    async (required, schedule) => {
      const { calls, tools } = kit(reader(), required ? {} : { write: { before_required: false } });
      const skipped = call("c", "bad", { dependencies: ["a"], failure_behavior: "skip" });
      const { result } = await run(tools, [writing("a"), writing("b"), skipped, call("m", "mail")], { schedule });
      const isCalled = verdict === "an image" || (!required && verdict === "no image");
      expect([result.status, calls.some((each) => each.startsWith("write"))]).toEqual([
        isCalled ? "committed" : "rolled_back",
        isCalled,
      ]);
    },
  );
});

describe("an image, where that is hard", () => {
  it("[EN-142] [3.3] a call whose image is not there is not made while something may still abort", async () => {
    const { calls, tools } = kit(() => thrown(new Error("no")), { write: { before_required: false } });
    let failures = 0;
    const slow = async () => {
      await sleep(20);
      failures++;
      throw new ToolError("x");
    };
    const runtime = createRuntime({ tools: [...tools, tool("slow", slow, FREE)] });
    const actions = [writing("a"), writing("b"), call("s", "slow")];
    const { status, external_effects } = await runtime.execute({ actions });
    expect([status, external_effects, calls, failures]).toEqual(["rolled_back", "none", [], 1]);
  });

  it("[EN-140] everything ends where each tool and the run make one call at a time, and its reader has a rate limit", async () => {
    const { tools } = kit(async () => 1, {
      write: { max_concurrency: 1 },
      look: { max_concurrency: 1, rate_limit: { max_calls: 1, interval_secs: 0.1 } },
    });
    const looks = call("l", "look", { parameters: { name: "z" } });
    const actions = [writing("a"), writing("b"), writing("c"), looks];
    const { result } = await run(tools, actions, { maxConcurrency: 1 });
    expect(statuses(result)).toEqual({ a: "succeeded", b: "succeeded", c: "succeeded", l: "succeeded" });
  });

  it.each([
    ["look", "succeeded", ["write a"]],
    ["write", "rejected:revoked", []],
    ["back", "succeeded", ["write a"]],
  ])(
    "[EN-140] only the call's own tool stops it when it is revoked during the reading (%s)",
    async (name, status, made) => {
      const { read, answer } = heldReader();
      const { calls, tools } = kit(read);
      const during: During = async ({ clock, runtime }) => {
        await clock.advanceAsync(5);
        runtime.revoke(name);
        answer();
      };
      const { result } = await run(tools, [writing("a")], { during });
      expect([statuses(result)["a"], calls]).toEqual([status, made]);
    },
  );

  it.each([
    ["before the call", 1, "canceled", []],
    ["after the call", 2, "canceled", ["write a", "back a"]],
    ["before the undo", 3, "rolled_back", ["write a", "back a"]],
  ])("[EN-140] a run that is canceled while it reads %s leaves nothing", async (_when, at, status, made) => {
    const { read, answer } = heldReader(at);
    const { calls, tools } = kit(read, { write: { before: { ...BEFORE, verify: true } } });
    const during: During = async ({ clock, abort }) => {
      await clock.advanceAsync(5);
      abort();
      await clock.advanceAsync(5);
      answer();
    };
    const { result } = await run(tools, [writing("a"), FAILS_AFTER_A], { during });
    expect([result.status, calls, result.external_effects]).toEqual([status, made, "none"]);
  });

  it("[EN-140] an image is not read again for a call that waits for approval after the reading", async () => {
    let value = "one";
    let asked = 0;
    const seen: unknown[] = [];
    const { tools } = kit(
      () => value,
      {},
      ({ value: image }) => void seen.push(image),
    );
    const policy: PolicyEngine = {
      version: "1",
      supports: { rateLimits: false },
      check: ({ action, mode }) =>
        action.type === "tool_call" && action.tool === "write" && mode !== "verify" && ++asked >= 2
          ? { effect: "require_approval", reasons: [{ policy_id: "p", message: "ask" }] }
          : { effect: "allow", reasons: [] },
    };
    const approver = async () => {
      value = "two";
      return { approved: true, by: "x" };
    };
    const { result, kinds } = await run(tools, [writing("a"), FAILS_AFTER_A], { policy, approver });
    expect([statuses(result)["a"], seen, kinds.filter((kind) => kind === "image_read a")]).toEqual([
      "succeeded",
      ["one"],
      ["image_read a"],
    ]);
  });
});
