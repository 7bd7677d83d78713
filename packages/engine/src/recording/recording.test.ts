import { type JsonObject, ToolError } from "@car/ir";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { call, statuses, testRuntime, tool } from "../testing/fixtures.js";
import { recordExecutor } from "./record-executor.js";
import { replayExecutor } from "./replay-executor.js";

const REVERSIBLE = { reversibility: "reversible" } as const;
const NEVER = () => {
  throw new Error("a tool was called");
};

function hosts(execute: Parameters<typeof tool>[1], more: object = {}) {
  return [tool("t", execute, { ...REVERSIBLE, ...more })];
}

/** Runs actions live, then again from the recording that went through JSON. */
async function twice(actions: readonly object[], tools: ReturnType<typeof hosts>) {
  const recorded = recordExecutor(tools);
  const live = await testRuntime({ tools, executor: recorded.executor }).runtime.execute({ actions });
  const recording: unknown = JSON.parse(JSON.stringify(recorded.recording()));
  const dead = tools.map(({ schema }) => ({ schema, execute: NEVER }));
  const { runtime } = testRuntime({ tools: dead, executor: replayExecutor(recording) });
  return { live, again: await runtime.execute({ actions }), runtime, recording };
}

describe("recordExecutor and replayExecutor", () => {
  it("[RX-1] a run from its recording has the same results, and calls nothing", async () => {
    let count = 0;
    const tools = hosts(
      ({ n }, { state }) => {
        state.set("last", n!);
        return { n: n!, count: ++count };
      },
      { effects: ["last"] },
    );
    const { live, again, runtime } = await twice(
      [call("a", "t", { parameters: { n: 1 } }), call("b", "t", { parameters: { n: 1 }, dependencies: ["a"] })],
      tools,
    );
    expect(again.results).toEqual(live.results);
    expect(again.results.map(({ output }) => output)).toEqual([
      { n: 1, count: 1 },
      { n: 1, count: 2 },
    ]);
    expect(runtime.state.get("last")).toBe(1);
  });

  it("[RX-1] failures come back with their class, or without one", async () => {
    const failing = hosts(({ kind }) => {
      if (kind === "plain") throw new Error("busy");
      throw new ToolError("not here", { class: "not_found" });
    });
    const actions = ["plain", "classed"].map((kind) =>
      call(kind, "t", { parameters: { kind }, failure_behavior: "skip" }),
    );
    const { live, again } = await twice(actions, failing);
    expect(again.results).toEqual(live.results);
    expect(again.results.map(({ reason }) => reason?.class)).toEqual(["transient", "not_found"]);
  });

  it("[RX-2] an unknown call fails, names itself and the nearest one, and goes nowhere", async () => {
    const recorded = recordExecutor(hosts(() => 1));
    const tools = hosts(NEVER);
    await testRuntime({ tools, executor: recorded.executor }).runtime.execute({
      actions: [call("a", "t", { parameters: { path: "x", mode: "r" } })],
    });
    const replayed = testRuntime({ tools, executor: replayExecutor(recorded.recording()) }).runtime;
    const other = await replayed.execute({
      actions: [call("a", "t", { parameters: { path: "y", mode: "r" }, failure_behavior: "retry" })],
    });
    expect(statuses(other)).toEqual({ a: "failed:failed" });
    expect(other.results[0]).toMatchObject({ attempts: 1, reason: { class: "terminal" } });
    expect(other.results[0]!.error).toContain(
      '`t` with {"mode":"r","path":"y"}; the nearest has {"mode":"r","path":"x"}, different at `path`',
    );
    const same = { actions: [call("a", "t", { parameters: { path: "x", mode: "r" } })] };
    expect((await replayed.execute(same)).status).toBe("committed");
    expect((await replayed.execute(same)).results[0]!.error).toContain("this is number 2");
  });

  it("[RX-3] what was changed, is of another version, or is nothing of the kind is refused", () => {
    const recorded = recordExecutor(hosts(() => 1));
    recorded.executor({ tool: "t", parameters: { n: 1 }, actionId: "a", context: {} as never });
    const { format_version, calls, sha256 } = recorded.recording();
    for (const bad of [
      undefined,
      [],
      {},
      { format_version: 2, calls, sha256 },
      { format_version, calls: [{ ...calls[0]!, output: 2 }], sha256 },
      { format_version, calls: [undefined], sha256 },
      { format_version, calls, sha256: "0".repeat(64) },
    ]) {
      expect(() => replayExecutor(bad)).toThrow(expect.objectContaining({ code: "CAR_RECORDING_INVALID" }) as Error);
    }
  });

  it("[RX-3] an output that is not JSON cannot be kept", () => {
    const recorded = recordExecutor(() => 1n);
    recorded.executor({ tool: "t", parameters: {}, actionId: "a", context: {} as never });
    expect(() => recorded.recording()).toThrow(/an output of tool `t` cannot be kept/);
  });

  it("[RX-4] parameters are redacted before they are kept, and before they are looked up", async () => {
    const redact = (_: string, { token: __, ...rest }: JsonObject): JsonObject => rest;
    const recorded = recordExecutor(
      hosts(() => "ok"),
      { redact },
    );
    const tools = hosts(NEVER);
    const ask = (token: string) => ({ actions: [call("a", "t", { parameters: { token, n: 1 } })] });
    await testRuntime({ tools, executor: recorded.executor }).runtime.execute(ask("s3cret"));
    const recording = recorded.recording();
    expect(JSON.stringify(recording)).not.toContain("s3cret");
    const { runtime } = testRuntime({ tools, executor: replayExecutor(recording, { redact }) });
    expect((await runtime.execute(ask("another"))).results[0]!.output).toBe("ok");
  });

  it("[RX-1] any calls, in any number, come back in their order", async () => {
    const law = fc.asyncProperty(
      fc.array(fc.record({ n: fc.nat(2), deep: fc.jsonValue() }), { maxLength: 12 }),
      async (list) => {
        let count = 0;
        const recorded = recordExecutor(() => ({ count: ++count }));
        const ask = (parameters: unknown) => ({
          tool: "t",
          parameters: parameters as JsonObject,
          actionId: "a",
          context: {} as never,
        });
        for (const parameters of list) await recorded.executor(ask(parameters));
        const replay = replayExecutor(JSON.parse(JSON.stringify(recorded.recording())));
        expect(list.map((parameters) => replay(ask(parameters)))).toEqual(list.map((_, at) => ({ count: at + 1 })));
      },
    );
    await fc.assert(law, { numRuns: 100 });
  });
});
