import type { EventKind, LiveEvent } from "@car/ir";
import type { Logger } from "@car/ir/ports";
import { describe, expect, expectTypeOf, it, vi } from "vitest";
import { call, testRuntime, tool } from "../testing/fixtures.js";
import type { Runtime } from "../runtime.js";
import { Recorder } from "./recorder.js";
import { type SubscribeOptions, subscription } from "./subscription.js";

const PROPOSAL = { actions: [call("a", "ok")] };

/** What `options` let through of one run each of `ann` and `bob`, as `"<kind> <principal>"`. */
async function told(optionsOf: (runtime: Runtime) => Promise<SubscribeOptions>): Promise<readonly string[]> {
  const { runtime } = testRuntime({ tools: [tool("ok", () => 1)] });
  const options = await optionsOf(runtime);
  const names = new Map<string | undefined, string>();
  const seen: LiveEvent[] = [];
  runtime.subscribe(({ run_id, data }) => names.set(run_id, data.principal), { kinds: ["proposal_received"] });
  runtime.subscribe((event) => seen.push(event), options);
  for (const principal of ["ann", "bob"]) await runtime.execute(PROPOSAL, { principal });
  return seen.map(({ kind, run_id }) => `${kind} ${names.get(run_id) ?? "-"}`);
}

const kinds = (...names: EventKind[]) => ({ kinds: names });

describe("subscribe", () => {
  it("[EN-12] [7.1] tells of the kinds that are asked for", async () => {
    expect(await told(async () => kinds("action_succeeded", "config_changed"))).toEqual([
      "config_changed -",
      "action_succeeded ann",
      "action_succeeded bob",
    ]);
    expect(await told(async () => kinds())).toEqual([]);
  });

  it("[EN-12] [7.1] tells of the runs of one principal", async () => {
    const seen = await told(async () => ({ principal: "bob" }));
    expect(new Set(seen.map((text) => text.split(" ")[1]))).toEqual(new Set(["bob"]));
    expect(seen).toContain("proposal_completed bob");
    expect(await told(async () => ({ principal: "bob", ...kinds("action_succeeded") }))).toEqual([
      "action_succeeded bob",
    ]);
  });

  it("[EN-12] [7.1] tells of one run, also of a child run for its parent's principal", async () => {
    const child = tool("child", async (_, context) => (await context.execute(PROPOSAL)).status);
    const { runtime } = testRuntime({ tools: [tool("ok", () => 1), child] });
    const [ofRun, ofAnn]: [string[], string[]] = [[], []];
    let runId = "";
    runtime.subscribe(
      ({ run_id = "" }) => {
        if (runId !== "") return;
        runId = run_id;
        runtime.subscribe(({ kind }) => ofRun.push(kind), { runId });
      },
      { kinds: ["proposal_received"] },
    );
    runtime.subscribe(({ kind }) => ofAnn.push(kind), { principal: "ann" });
    await runtime.execute({ actions: [call("c", "child")] }, { principal: "ann" });
    expect(ofRun.filter((kind) => kind === "proposal_completed")).toHaveLength(1);
    expect(ofAnn.filter((kind) => kind === "proposal_completed")).toHaveLength(2);
  });

  it("[EN-12] makes no event that nobody asks for", () => {
    const append = vi.fn(() => 1);
    const log = { append } as unknown as Recorder["log"];
    const recorder = new Recorder(log, QUIET);
    const scope = {
      ...SCOPE,
      get run_id(): string {
        throw new Error("nobody asked");
      },
    };
    recorder.subscribe(subscription(() => undefined, { principal: "bob" }));
    recorder.subscribe(subscription(() => undefined, { kinds: ["action_failed"], runId: "r" }));
    recorder.record({ kind: "proposal_admitted", time: 0, scope, action: -1, attempt: 0 });
    expect(append).toHaveBeenCalledOnce();
  });

  it("[EN-12] refuses what it does not know", () => {
    const { runtime } = testRuntime();
    const subscribe = (options: object) => () => runtime.subscribe(() => undefined, options);
    expect(subscribe({ kind: ["action_failed"] })).toThrow(
      expect.objectContaining({
        code: "CAR_CONFIG_INVALID",
        message: expect.stringContaining("did you mean `kinds`?"),
      }),
    );
    expect(subscribe({ kinds: ["action_fialed"] })).toThrow("no event is called `action_fialed`");
  });

  it("[EN-12] [7.1] narrows what the subscriber gets", () => {
    const { runtime } = testRuntime();
    runtime.subscribe(({ data }) => expectTypeOf(data.waited_ms).toEqualTypeOf<number>(), { kinds: ["rate_limited"] });
    // @ts-expect-error all events come, not only those with a `tool`
    runtime.subscribe(({ data }) => data.tool);
  });

  it("[EN-12] [5.9] a rejection of a subscriber, or of the logger that is told of it, ends nothing", async () => {
    const warn = vi.fn(async () => Promise.reject(new Error("no disk")));
    const logger = { debug: warn, info: warn, warn, error: warn };
    const { runtime } = testRuntime({ tools: [tool("ok", () => 1)], logger });
    runtime.subscribe(async () => Promise.reject(new Error("late")), { kinds: ["proposal_completed"] });
    runtime.subscribe(
      () => ({
        get then() {
          throw new Error("odd");
        },
      }),
      { kinds: ["proposal_admitted"] },
    );
    expect((await runtime.execute(PROPOSAL)).status).toBe("committed");
    await new Promise((resolve) => setImmediate(resolve));
    expect(warn).toHaveBeenCalledTimes(2);
    expect(warn).toHaveBeenLastCalledWith(
      expect.objectContaining({ error: new Error("late"), kind: "proposal_completed" }),
      "a subscriber failed",
    );
  });

  it("[EN-12] [7.1] tells everybody of their own events, in the order of the log, when one of them starts a run", async () => {
    const { runtime } = testRuntime({ tools: [tool("ok", () => 1)] });
    const seen: string[] = [];
    const seqs: number[] = [];
    let begun: Promise<unknown> | undefined;
    runtime.subscribe(() => (begun ??= runtime.execute(PROPOSAL, { principal: "bob" })), kinds("action_validated"));
    runtime.subscribe(({ seq, run_id }) => seen.push(`${seq} ${run_id?.at(-1) ?? "-"}`), { principal: "bob" });
    runtime.subscribe(({ seq }) => seqs.push(seq));
    await runtime.execute(PROPOSAL, { principal: "ann" });
    await begun;
    expect(new Set(seen.map((text) => text.split(" ")[1]))).toEqual(new Set(["2"]));
    expect(seqs).toEqual([...seqs].sort((left, right) => left - right));
    expect(seqs.length).toBe(new Set(seqs).size);
  });
});

const QUIET: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const SCOPE = {
  run_id: "r",
  proposal_id: "p",
  principal: "ann",
  trace_id: "1".repeat(32),
  span_prefix: "00000001",
  action_ids: [],
};
