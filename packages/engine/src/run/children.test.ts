import { collectEvents } from "@car/conformance/internal";
import type { ProposalInput, ProposalResult } from "@car/ir";
import type { ToolContext } from "@car/ir/ports";
import { describe, expect, it } from "vitest";
import { createRuntime } from "../create-runtime.js";
import type { RuntimeOptions } from "../runtime-options.js";
import { call, statuses, testRuntime, tool } from "../testing/fixtures.js";
import { reopened } from "../testing/reopened.js";

type Actions = ProposalInput["actions"];

const FREE = { reversibility: "reversible" } as const;
const LIMITS = { drain_timeout_ms: 50, default_timeout_ms: 1_000 };
const CHAIN: Actions = ["x", "y", "z"].map((id, at, ids) =>
  call(id, "pay", { parameters: { id }, dependencies: at === 0 ? [] : [ids[at - 1]] }),
);
const BOOKINGS: Actions = [
  call("one", "book", { parameters: { id: 1 } }),
  call("two", "book", { parameters: { id: 2 }, dependencies: ["one"] }),
];

/** What the world outside has seen, and tools that act on it; `pay` takes 10 ms, `wait` ends when the test says so. */
function setUp(agent: (context: ToolContext) => unknown, options: RuntimeOptions = {}) {
  const seen: string[] = [];
  let answer: (value: unknown) => void = () => undefined;
  let fail: (error: Error) => void = () => undefined;
  const note = (name: string) => (given: unknown) => (seen.push(`${name} ${JSON.stringify(given)}`), given);
  const made = testRuntime({
    limits: LIMITS,
    tools: [
      tool("agent", (_given, context) => agent(context), FREE),
      tool("pay", (given) => (note("pay")(given), sleep(made.clock, 10))),
      tool("book", note("book"), {
        reversibility: "compensable",
        compensation: { tool: "unbook", parameters: { id: "$parameters.id" } },
      }),
      tool("unbook", note("unbook"), FREE),
      tool("wait", () => new Promise((resolve, reject) => ([answer, fail] = [resolve, reject])), FREE),
      tool("sure", note("sure")),
      tool("fail", () => Promise.reject(new Error("no")), FREE),
    ],
    ...options,
  });
  return { ...made, seen, answer: () => answer(1), fail: () => fail(new Error("no")) };
}

function sleep(clock: ReturnType<typeof testRuntime>["clock"], ms: number): Promise<void> {
  return new Promise((resolve) => void clock.setTimer(resolve, ms));
}

async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => "none",
    ({ code }: { readonly code?: unknown }) => code,
  );
}

describe("a run that a call has started", () => {
  it.each<[string, Actions, object]>([
    ["its parent is canceled", [call("a", "agent")], { canceled: true }],
    ["a sibling of the call fails", [call("a", "agent"), call("w", "wait")], { fails: true }],
    ["the call's time is up", [call("a", "agent", { timeout_ms: 15 })], {}],
  ])("[EN-123] [4.6] [5.2] [5.8] makes no further call when %s", async (_what, actions, how) => {
    const made = setUp(({ execute }) => execute({ actions: CHAIN }).then(({ status }) => status));
    const controller = new AbortController();
    const running = made.runtime.execute({ actions }, { signal: controller.signal });
    await made.clock.advanceAsync(15);
    if ("canceled" in how) controller.abort();
    if ("fails" in how) made.fail();
    await made.clock.advanceAsync(200);
    expect(["canceled", "rolled_back"]).toContain((await running).status);
    expect(made.seen).toEqual(['pay {"id":"x"}', 'pay {"id":"y"}']);
    await made.clock.advanceAsync(1_000);
    expect(made.seen).toHaveLength(2);
    expect(made.clock.pending()).toBe(0);
  });

  it("[EN-123] [5.9] makes no further call when the runtime has waited for it in vain while it closes", async () => {
    const rest = Array.from({ length: 20 }, (_, at) =>
      call(`n${at}`, "pay", { dependencies: [at === 0 ? "z" : `n${at - 1}`] }),
    );
    const made = setUp(({ execute }) => execute({ actions: [...CHAIN, ...rest] }).then(({ status }) => status));
    const running = made.runtime.execute({ actions: [call("a", "agent")] });
    const closed = made.runtime.close();
    await made.clock.advanceAsync(50);
    const calls = made.seen.length;
    await made.clock.advanceAsync(1_000);
    await closed;
    expect((await running).status).toBe("canceled");
    expect(made.seen).toHaveLength(calls);
  });

  it("[EN-123] [4.7] is canceled when the call does not wait for it, and the call's run waits until it has ended", async () => {
    let child: Promise<ProposalResult> | undefined;
    const made = setUp(({ execute }) => void (child = execute({ actions: CHAIN })));
    const running = made.runtime.execute({ actions: [call("a", "agent")] });
    await made.clock.advanceAsync(0);
    expect(made.seen).toEqual(['pay {"id":"x"}']);
    await made.clock.advanceAsync(10);
    expect((await child)?.status).toBe("canceled");
    expect((await running).status).toBe("committed");
    const ends = (await collectEvents(made.runtime.eventLog)).flatMap(({ kind, run_id }) =>
      kind === "proposal_completed" ? [run_id] : [],
    );
    expect(ends).toEqual([(await child)?.run_id, (await running).run_id]);
  });

  it("[EN-123] [4.6] cannot be started any more when the attempt is over, told to stop, or the run has been answered", async () => {
    const kept: ToolContext[] = [];
    const made = setUp((context) => (kept.push(context), kept.length === 1 ? 1 : new Promise(() => undefined)));
    expect((await made.runtime.execute({ actions: [call("a", "agent")] })).status).toBe("committed");
    expect(await codeOf(kept[0]!.execute({ actions: CHAIN }))).toBe("CAR_ATTEMPT_OVER");
    const controller = new AbortController();
    const running = made.runtime.execute({ actions: [call("a", "agent")] }, { signal: controller.signal });
    controller.abort();
    expect(await codeOf(kept[1]!.execute({ actions: CHAIN }))).toBe("CAR_ATTEMPT_OVER");
    await made.clock.advanceAsync(50);
    expect((await running).status).toBe("canceled");
    expect(await codeOf(kept[1]!.execute({ actions: CHAIN }))).toBe("CAR_ATTEMPT_OVER");
    expect(made.seen).toEqual([]);
  });

  it("[EN-123] [5.7] draws on the budget of the run whose call it is, and gives back what it does not use", async () => {
    const made = setUp(
      async ({ execute }) => {
        const all: string[] = [];
        for (let round = 0; round < 3; round++) {
          const { results } = await execute({
            actions: [1, 2].map((id) => call(`b${id}`, "unbook", { failure_behavior: "skip" })),
          });
          all.push(...results.map(({ status, reason }) => reason?.code ?? status));
        }
        return all;
      },
      { budget: { max_tool_calls: 4 } },
    );
    const { results } = await made.runtime.execute({ actions: [call("a", "agent")] });
    expect(made.seen).toHaveLength(3);
    expect(results[0]?.output).toEqual([
      ...["succeeded", "succeeded", "succeeded"],
      ...["budget_exceeded", "budget_exceeded", "budget_exceeded"],
    ]);
  });

  it("[EN-123] [5.2] is compensated with its parent when it had committed: each call once, the last one first", async () => {
    const made = setUp(({ execute }) => execute({ actions: BOOKINGS }).then(({ status }) => status));
    const result = await made.runtime.execute({
      actions: [call("a", "agent"), call("f", "fail", { dependencies: ["a"] })],
    });
    expect(statuses(result)).toEqual({ a: "succeeded", f: "failed:failed" });
    expect(made.seen).toEqual(['book {"id":1}', 'book {"id":2}', 'unbook {"id":2}', 'unbook {"id":1}']);
    expect(result).toMatchObject({ status: "rolled_back", external_effects: "none", external_effects_remain: false });
  });

  it("[EN-123] [4.5] its call is not repeated when it has left something, whatever the call says of itself", async () => {
    for (const idempotent of [false, true]) {
      let attempts = 0;
      const made = setUp(() => 1);
      made.runtime.registerTool(
        tool(
          "agent",
          async (_given, { execute }) => {
            attempts++;
            await execute({ actions: [call("s", "sure")] });
            throw new Error("busy");
          },
          { ...FREE, idempotent },
        ),
      );
      const running = made.runtime.execute({
        actions: [call("a", "agent", { failure_behavior: "retry", max_retries: 2 })],
      });
      await made.clock.advanceAsync(10_000);
      expect((await running).status).toBe("rolled_back");
      expect(attempts).toBe(idempotent ? 3 : 1);
      expect((await running).external_effects).toBe("remain");
    }
  });

  it("[EN-123] [5.2] nested ones are undone from the inside, and what remains of any of them is told by the outermost", async () => {
    const made = setUp(async ({ execute, runId }) => {
      const isOutermost = runs.push(runId) === 1;
      const inner: Actions = isOutermost ? [call("n", "agent")] : [call("p", "pay", { parameters: { id: "x" } })];
      return (await execute({ actions: [...BOOKINGS, ...inner] })).status;
    });
    const runs: string[] = [];
    const running = made.runtime.execute({
      actions: [call("a", "agent"), call("f", "fail", { dependencies: ["a"] })],
    });
    await made.clock.advanceAsync(100);
    expect(await running).toMatchObject({ status: "rolled_back", external_effects: "remain" });
    expect(made.seen.filter((each) => each.startsWith("unbook"))).toHaveLength(4);
    expect(new Set(runs).size).toBe(2);
  });

  it("[EN-123] [5.2] one that committed after its call had failed is undone as well", async () => {
    const flushes: (() => void)[] = [];
    let holds = false;
    const made = setUp(
      ({ execute }) => {
        void execute({ actions: BOOKINGS });
        holds = false;
        throw new Error("no");
      },
      { eventLog: slowLog(() => (holds ? new Promise<void>((resolve) => flushes.push(resolve)) : undefined)) },
    );
    holds = true;
    const running = made.runtime.execute({ actions: [call("a", "agent")] });
    flushes.forEach((flush) => flush());
    expect(await running).toMatchObject({ status: "rolled_back", external_effects: "none" });
    expect(made.seen).toEqual(['book {"id":1}', 'book {"id":2}', 'unbook {"id":2}', 'unbook {"id":1}']);
  });

  it("[EN-123] [5.2] those of a compensation end with it, before the run is answered", async () => {
    let child: Promise<ProposalResult> | undefined;
    const made = setUp(() => 1, {
      tools: [
        tool("make", () => 1, { reversibility: "compensable", compensation: { tool: "undo", parameters: {} } }),
        tool("undo", (_given, { execute }) => void (child = execute({ actions: CHAIN })), FREE),
        tool("pay", () => sleep(made.clock, 10)),
        tool("fail", () => Promise.reject(new Error("no")), FREE),
      ],
    });
    const running = made.runtime.execute({
      actions: [call("m", "make"), call("f", "fail", { dependencies: ["m"] })],
    });
    let isAnswered = false;
    void running.then(() => (isAnswered = true));
    await made.clock.advanceAsync(5);
    expect(isAnswered).toBe(false);
    await made.clock.advanceAsync(5);
    expect([isAnswered, (await child)?.status]).toEqual([true, "canceled"]);
  });
});

function slowLog(flush: () => Promise<void> | undefined): NonNullable<RuntimeOptions["eventLog"]> {
  const { eventLog } = createRuntime();
  return {
    supports: eventLog.supports,
    append: (draft) => eventLog.append(draft),
    read: (range) => eventLog.read(range),
    head: () => eventLog.head(),
    close: () => eventLog.close(),
    flush,
  };
}

describe("a run that a call had started when the process ended", () => {
  /** The events of a run up to one of them, recovered on a world that knows what was done. */
  async function afterCrash(agent: (context: ToolContext) => unknown, until: string, actions: Actions) {
    const first = await reopened([]);
    const before = setUp(agent, { durable: first });
    void before.runtime.execute({ actions });
    await before.clock.advanceAsync(0);
    const events = await collectEvents(first.eventLog);
    const at = events.findLastIndex(({ kind, action_id }) => `${kind} ${action_id ?? ""}` === until);
    expect(at).toBeGreaterThan(-1);
    const made = setUp(agent, { durable: await reopened(events.slice(0, at + 1)) });
    const recovery = made.runtime.recover();
    await made.clock.advanceAsync(1_000);
    const { runs } = await recovery;
    return {
      ...made,
      before: before.seen,
      runs,
      parent: runs.find(({ result }) => result.results[0]?.action_id === "a")!,
    };
  }

  const books = async ({ execute }: ToolContext): Promise<unknown> => {
    await execute({ actions: BOOKINGS });
    return new Promise(() => undefined);
  };
  const pays = ({ execute }: ToolContext): Promise<unknown> =>
    execute({ actions: [...BOOKINGS, call("p", "pay", { parameters: { id: "x" }, dependencies: ["two"] })] });

  it("[EN-135] [8.1] [8.2] is compensated once, the last call first, when it had committed: its call is not made again", async () => {
    const made = await afterCrash(books, "proposal_completed ", [call("a", "agent")]);
    expect(made.before).toEqual(['book {"id":1}', 'book {"id":2}']);
    expect(made.seen).toEqual(['unbook {"id":2}', 'unbook {"id":1}']);
    expect(made.parent.result).toMatchObject({ status: "rolled_back", external_effects: "none" });
    expect(made.parent.in_doubt).toEqual([{ action_id: "a", answer: "failed" }]);
  });

  it("[EN-135] [8.1] is undone when it was open, before its parent is answered, which tells what it leaves", async () => {
    const made = await afterCrash(pays, "action_executing p", [call("a", "agent")]);
    expect(made.seen).toEqual(['unbook {"id":2}', 'unbook {"id":1}']);
    expect(made.runs.map(({ result }) => [result.status, result.external_effects])).toEqual([
      ["rolled_back", "unknown"],
      ["rolled_back", "unknown"],
    ]);
    const events = await collectEvents(made.runtime.eventLog);
    const ends = events.filter(({ kind }) => kind === "proposal_completed").map(({ run_id }) => run_id);
    expect(ends.at(-1)).toBe(made.parent.run_id);
  });

  it("[EN-135] [8.1] tells through its parent what it had left when it was rolled back before the process ended", async () => {
    const made = await afterCrash(
      async ({ execute }) => {
        const first = call("p", "sure", { parameters: { id: "x" } });
        await execute({ actions: [first, call("f", "fail", { dependencies: ["p"] })] });
        return new Promise(() => undefined);
      },
      "proposal_completed ",
      [call("a", "agent")],
    );
    expect(made.parent.result).toMatchObject({ status: "rolled_back", external_effects: "remain" });
  });
});
