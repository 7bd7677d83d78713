import { describe, expect, it } from "vitest";
import { call, statuses, testRuntime, tool } from "./testing/fixtures.js";

const ok = tool("ok", () => 1);

async function run(input: unknown) {
  return testRuntime({ tools: [ok] }).runtime.execute(input);
}

describe("input that is no proposal", () => {
  it.each([
    ["text that is not JSON", "{ actions: ", "JSON"],
    ["nothing", undefined, ""],
    ["a number", 7, ""],
    ["no actions", { actions: [] }, "actions"],
    ["wrong types", { actions: [{ id: 1, type: "tool_call", tool: "ok" }] }, "actions[0].id"],
    ["a type nobody knows", { actions: [{ id: "a", type: "tool_cal", tool: "ok" }] }, "actions[0].type"],
    ["NaN", { actions: [call("a", "ok", { parameters: { n: Number.NaN } })] }, "actions[0].parameters.n"],
    ["a lone surrogate", { actions: [call("a", "ok", { parameters: { s: "\ud800" } })] }, "actions[0].parameters.s"],
    ["a missing value", { actions: [{ id: "a", type: "state_write", parameters: { key: "k" } }] }, "value"],
  ])("[2.1] refuses %s and says where", async (_what, input, where) => {
    const result = await run(input);
    expect(result.status).toBe("rejected");
    expect(result.reasons.map(({ message }) => message).join("\n")).toContain(where);
    expect(result.cost.tool_calls).toBe(0);
  });

  it("[2.1] refuses 10 MB of nesting at once", async () => {
    const result = await run(`{"actions":${"[".repeat(10_000_000)}`);
    expect(result.reasons[0]?.message).toMatch(/bytes/);
  });

  it("[2.1] refuses 100,000 actions", async () => {
    const result = await run({ actions: Array.from({ length: 100_000 }, (_, index) => call(`a${index}`, "ok")) });
    expect(result.status).toBe("rejected");
    expect(result.reasons[0]?.message).toMatch(/100000 actions|bytes/);
  });

  it("[2.1] refuses a cycle and prints it", async () => {
    const result = await run({
      actions: [
        call("a", "ok", { dependencies: ["b"] }),
        call("b", "ok", { dependencies: ["c"] }),
        call("c", "ok", { dependencies: ["a"] }),
      ],
    });
    expect(result.reasons[0]?.message).toMatch(/cycle: (a -> c -> b -> a|a -> b -> c -> a)|cycle: /);
    expect(statuses(result)).toEqual({ a: "rejected:invalid", b: "rejected:invalid", c: "rejected:invalid" });
  });

  it("[2.1] names every duplicate, unknown dependency and unknown reference", async () => {
    const result = await run({
      actions: [
        call("a", "ok"),
        call("a", "ok"),
        call("b", "ok", { dependencies: ["x"], parameters: { p: "$y.output.z" } }),
      ],
    });
    expect(result.reasons.map(({ message }) => message)).toEqual([
      "id `a` is used twice",
      "dependency `x` names no action",
      "reference `y` names no action",
    ]);
  });

  it("[2.1] keeps __proto__ and constructor keys as data", async () => {
    const result = await run(
      '{"actions":[{"id":"a","type":"state_write","parameters":{"key":"__proto__","value":{"__proto__":{"polluted":true}}}}]}',
    );
    expect(result.status).toBe("committed");
    expect(Object.keys(result.results[0]!.state_changes)).toEqual(["__proto__"]);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  it("refuses streaming actions as unsupported", async () => {
    const result = await run({ actions: [call("a", "ok", { invocation_mode: "streaming" })] });
    expect(statuses(result)).toEqual({ a: "rejected:unsupported" });
  });
});

describe("tools that misbehave", () => {
  const circle: Record<string, unknown> = {};
  circle["self"] = circle;

  it.each([
    ["throws a string", () => Promise.reject("no luck"), "failed", "no luck"],
    ["throws nothing", () => Promise.reject(undefined), "failed", ""],
    [
      "throws at once",
      () => {
        throw new TypeError("boom");
      },
      "failed",
      "boom",
    ],
    ["returns a BigInt", () => 1n, "invalid_output", "BigInt"],
    ["returns a cycle", () => circle, "invalid_output", "cyc"],
    ["returns 50 MB", () => "x".repeat(50_000_000), "invalid_output", "bytes"],
    ["returns a function", () => () => 1, "invalid_output", "function"],
    ["returns an error payload", () => ({ error: "out of stock" }), "failed", "out of stock"],
    [
      "returns an MCP error",
      () => ({ isError: true, content: [{ type: "text", text: "denied there" }] }),
      "failed",
      "denied there",
    ],
  ])("[4.4] [4.10] [5.9] %s", async (...[, execute, code, message]) => {
    const { runtime } = testRuntime({ tools: [tool("bad", execute)] });
    const result = await runtime.execute({ actions: [call("a", "bad")] });
    expect(result.status).toBe("rolled_back");
    expect(result.results[0]).toMatchObject({ status: "failed", reason: { code }, attempts: 1 });
    expect(result.results[0]!.error).toContain(message);
  });

  it("[4.6] ends a tool that never settles at its deadline", async () => {
    const { runtime, clock } = testRuntime({ tools: [tool("hang", () => new Promise(() => undefined))] });
    const running = runtime.execute({ actions: [call("a", "hang", { timeout_ms: 50 })] });
    await clock.advanceAsync(50);
    const result = await running;
    expect(statuses(result)).toEqual({ a: "failed:timeout" });
    expect(result.external_effects_remain).toBe(true);
  });

  it("[5.9] listens once to a thenable that settles twice", async () => {
    const twice = {
      then: (resolve: (value: number) => void) => {
        resolve(1);
        resolve(2);
      },
    };
    const { runtime, kinds } = testRuntime({ tools: [tool("twice", () => twice)] });
    const result = await runtime.execute({ actions: [call("a", "twice")] });
    expect(result.results[0]?.output).toBe(1);
    expect(kinds.filter((kind) => kind === "action_succeeded a")).toHaveLength(1);
  });

  it("[4.6] drops and logs what comes late, and its state handle is dead", async () => {
    let late: (value: string) => void = () => undefined;
    let write: () => void = () => undefined;
    const { runtime, clock, kinds } = testRuntime({
      tools: [
        tool(
          "slow",
          (_p, { state }) =>
            new Promise((resolve) => {
              late = resolve;
              write = () => state.set("k", 1);
            }),
          { effects: ["k"] },
        ),
      ],
    });
    const running = runtime.execute({ actions: [call("a", "slow", { timeout_ms: 10, failure_behavior: "skip" })] });
    await clock.advanceAsync(10);
    const result = await running;
    expect(() => write()).toThrow(/over/);
    late("too late");
    await clock.advanceAsync(0);
    expect(kinds).toContain("late_result_dropped a");
    expect(statuses(result)).toEqual({ a: "skipped:failed" });
    expect(runtime.state.get("k")).toBeUndefined();
  });
});

describe("hosts that misbehave", () => {
  it("[6.1] [5.9] a policy that throws denies and says nothing of what it saw", async () => {
    const policy = {
      version: "x",
      supports: { rateLimits: false },
      check: () => {
        throw new Error("saw secret");
      },
    };
    const { runtime } = testRuntime({ tools: [ok], policy });
    const result = await runtime.execute({ actions: [call("a", "ok")] });
    expect(statuses(result)).toEqual({ a: "rejected:policy_denied" });
    expect(JSON.stringify(result)).not.toContain("secret");
  });

  it("[6.1] [5.9] a policy that never answers denies in the end", async () => {
    const policy = { version: "x", supports: { rateLimits: false }, check: () => new Promise<never>(() => undefined) };
    const { runtime, clock } = testRuntime({ tools: [ok], policy, limits: { policy_timeout_ms: 100 } });
    const running = runtime.execute({ actions: [call("a", "ok")] });
    await clock.advanceAsync(100);
    expect(statuses(await running)).toEqual({ a: "rejected:policy_denied" });
  });

  it("[5.9] a logger that throws changes nothing", async () => {
    const fail = (): never => {
      throw new Error("logger");
    };
    const { runtime } = testRuntime({
      tools: [
        tool("bad", () => {
          throw new Error("x");
        }),
      ],
      logger: { debug: fail, info: fail, warn: fail, error: fail },
    });
    expect((await runtime.execute({ actions: [call("a", "bad")] })).status).toBe("rolled_back");
  });

  it("[5.9] a subscriber that throws changes nothing", async () => {
    const { runtime } = testRuntime({ tools: [ok] });
    runtime.subscribe(() => {
      throw new Error("subscriber");
    });
    expect((await runtime.execute({ actions: [call("a", "ok")] })).status).toBe("committed");
  });

  it("[5.8] an abort signal that is already aborted cancels before anything runs", async () => {
    const { runtime } = testRuntime({ tools: [ok] });
    const result = await runtime.execute(
      { actions: [call("a", "ok")] },
      { signal: AbortSignal.abort(new Error("enough")) },
    );
    expect(result.status).toBe("canceled");
    expect(statuses(result)).toEqual({ a: "skipped:canceled" });
    expect(result.cause?.message).toBe("enough");
  });
});
