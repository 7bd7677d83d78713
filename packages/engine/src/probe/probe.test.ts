import { collectEvents } from "@car/conformance/internal";
import { type CarEvent, payloadOf, type ProposalInput, ToolError, ToolInvalidError } from "@car/ir";
import type { Probe, ProbeContext, Tool } from "@car/ir/ports";
import * as z from "zod";
import { describe, expect, it } from "vitest";
import { createRuntime } from "../create-runtime.js";
import { defineTool } from "../define-tool.js";
import type { OnInDoubt } from "../recovery/in-doubt.js";
import { replayRuns } from "../replay/replay-runs.js";
import type { RuntimeOptions } from "../runtime-options.js";
import { call, statuses, testRuntime, tool } from "../testing/fixtures.js";
import { reopened } from "../testing/reopened.js";

const FREE = { reversibility: "reversible" } as const;
const lost = (): Promise<never> => Promise.reject(new Error("connection lost"));

interface Case {
  readonly probe: Probe;
  /** What the call does; it loses its connection unless told otherwise. */
  readonly execute?: Tool["execute"];
  readonly schema?: object;
  readonly actions?: ProposalInput["actions"];
  readonly options?: RuntimeOptions;
}

function payTool({ probe, execute = lost, schema = {} }: Case): Tool {
  return { schema: { name: "pay", effects: [{ key: "paid", value: "$output.id" }], ...schema }, execute, probe };
}

const FREE_TOOLS = [tool("refund", () => null, FREE), tool("bad", () => Promise.reject(new ToolError("broken")), FREE)];

async function pay(one: Case) {
  const made = testRuntime({ random: () => 0, ...one.options, tools: [payTool(one), ...FREE_TOOLS] });
  const running = made.runtime.execute({ actions: one.actions ?? [call("p", "pay")] });
  await made.clock.advanceAsync(100_000);
  const result = await running;
  const events = await collectEvents(made.runtime.eventLog);
  const replayed = await replayRuns(events);
  expect([replayed.divergences, replayed.skipped]).toEqual([[], []]);
  return { result, events, kinds: made.kinds, state: made.runtime.state };
}

const probes = (events: readonly CarEvent[]) =>
  events.flatMap((event) => (event.kind === "action_probed" ? [payloadOf(event)] : []));

const RETRIED = call("p", "pay", { failure_behavior: "retry", max_retries: 1 });
const COMPENSABLE = { reversibility: "compensable", compensation: { tool: "refund", parameters: {} } } as const;

describe("a probe", () => {
  it("[EN-146] that says it happened gives the action its output and effects", async () => {
    const { result, state, events } = await pay({ probe: () => ({ happened: true, output: { id: 7 } }) });
    expect([result.status, result.results[0]?.output, state.get("paid")]).toEqual(["committed", { id: 7 }, 7]);
    expect(probes(events)).toMatchObject([{ answer: "happened", output: { id: 7 }, reason: { outcome: "unknown" } }]);
  });

  it("[EN-146] that says it did not makes the failure a definite one, which may be tried again", async () => {
    const once = await pay({ probe: () => ({ happened: false }), schema: COMPENSABLE });
    expect(once.result).toMatchObject({ status: "rolled_back", external_effects: "none" });
    expect(once.result.results[0]?.compensated).toBeUndefined();
    expect(once.result.results[0]?.error).toMatch(/its tool says that nothing was done/);
    let calls = 0;
    const again = await pay({
      probe: () => ({ happened: false }),
      execute: () => (++calls === 1 ? lost() : { id: 8 }),
      actions: [RETRIED],
    });
    expect([again.result.status, calls, again.state.get("paid")]).toEqual(["committed", 2, 8]);
  });

  it.each<[string, Probe, RegExp | undefined]>([
    ["cannot tell", () => undefined, undefined],
    ["throws", () => Promise.reject(new Error("down")), /failed: down/],
    ["answers something else", () => "yes" as never, /neither/],
    ["answers null", () => null as never, /not usable|neither/],
    ["gives what is not JSON", () => ({ happened: true, output: 1n as never }), /not usable/],
    ["does not answer in time", () => new Promise(() => undefined), /within 30000 ms/],
  ])(
    "[EN-146] [5.9] that %s leaves the outcome unknown: the call is not made again, but undone",
    async (_what, probe, problem) => {
      let calls = 0;
      const execute = (): Promise<never> => (calls++, lost());
      const { result, events } = await pay({ probe, execute, actions: [RETRIED], schema: COMPENSABLE });
      expect([statuses(result), calls, result.results[0]?.compensated]).toEqual([{ p: "failed:in_doubt" }, 1, true]);
      expect(probes(events)[0]?.answer).toBe("unknown");
      if (problem !== undefined) expect(probes(events)[0]?.problem).toMatch(problem);
    },
  );

  it("[EN-146] [4.10] is held to what its tool returns", async () => {
    const schema = { returns: { type: "object", required: ["id"] } };
    const { result } = await pay({ probe: () => ({ happened: true, output: {} }), schema });
    expect(result).toMatchObject({ external_effects: "remain", results: [{ reason: { code: "invalid_output" } }] });
  });

  it("[EN-146] is asked about a call whose time was up, and about one that did not end when it was told to", async () => {
    const never = (): Promise<never> => new Promise(() => undefined);
    const late = await pay({
      probe: () => ({ happened: true, output: { id: 1 } }),
      execute: never,
      schema: { ...COMPENSABLE, timeout_ms: 50 },
      actions: [call("p", "pay"), call("f", "bad", { dependencies: ["p"] })],
    });
    expect(late.result).toMatchObject({ status: "rolled_back", external_effects: "none" });
    const stopped = await pay({
      probe: () => ({ happened: false }),
      execute: never,
      actions: [call("p", "pay"), call("f", "bad")],
      options: { schedule: "eager" },
    });
    expect(stopped.result).toMatchObject({ status: "rolled_back", external_effects: "none" });
    expect(probes(stopped.events)[0]?.reason).toMatchObject({ code: "in_doubt" });
    expect(stopped.kinds).not.toContain("action_in_doubt p");
  });

  it("[EN-146] gets what the call had, and its before-image", async () => {
    let seen: ProbeContext | undefined;
    const schema = {
      ...COMPENSABLE,
      before: { tool: "look", parameters: { of: "$parameters.of" } },
    };
    const look = tool("look", ({ of }) => ({ of: of as string }), FREE);
    const keys: string[] = [];
    const pays = payTool({
      schema,
      probe: (parameters, context) => ((seen = context), { happened: true, output: { id: parameters["of"] ?? null } }),
      execute: (_, context) => (keys.push(context.idempotencyKey), lost()),
    });
    const { runtime } = testRuntime({ tools: [pays, look, ...FREE_TOOLS], secrets: { key: "k" } });
    const result = await runtime.execute({ actions: [call("p", "pay", { parameters: { of: "x" } })] });
    expect([result.results[0]?.output, seen?.before]).toEqual([{ id: "x" }, { of: "x" }]);
    expect(seen).toMatchObject({
      idempotencyKey: keys[0],
      runId: result.run_id,
      actionId: "p",
      attempt: 1,
      secrets: { key: "k" },
    });
    expect([seen?.signal.aborted, typeof seen?.startedAt]).toEqual([false, "number"]);
  });

  it("[EN-146] is not asked where nothing is unknown", async () => {
    const probe = (): never => {
      throw new Error("nobody asked");
    };
    const cases: Case[] = [
      { probe, execute: () => ({ id: 1 }) },
      { probe, execute: () => Promise.reject(new ToolError("no", { class: "invalid" })) },
      { probe, schema: FREE },
      { probe, schema: { failures: "definite" } },
    ];
    for (const each of cases) expect(probes((await pay(each)).events)).toEqual([]);
  });

  it("[EN-146] is a function, typed as its tool's parameters are", async () => {
    expect(() => createRuntime({ tools: [{ schema: { name: "t" }, probe: 1 as never }] })).toThrow(ToolInvalidError);
    const typed = defineTool({
      name: "pay",
      parameters: z.object({ amount: z.number().default(3) }),
      execute: lost,
      probe: ({ amount }) => ({ happened: true, output: { id: amount } }),
    });
    const { runtime } = testRuntime({ tools: [typed] });
    expect((await runtime.execute({ actions: [call("p", "pay")] })).results[0]?.output).toEqual({ id: 3 });
  });
});

describe("a probe after a crash", () => {
  async function recovered(
    probe: Probe | undefined,
    more: Partial<Case> & { onInDoubt?: OnInDoubt; unfinished?: "rollback"; refund?: Tool; until?: string } = {},
  ) {
    const durable = await reopened([]);
    const tools = [payTool({ probe: () => undefined, ...more, execute: () => ({ id: 1 }) }), ...FREE_TOOLS];
    await createRuntime({ durable, tools }).execute({ actions: more.actions ?? [call("p", "pay")] });
    const events = await collectEvents(durable.eventLog);
    const at = events.findIndex(({ kind }) => kind === (more.until ?? "action_executing"));
    const calls: string[] = [];
    const pays: Tool = {
      ...payTool({ probe: probe!, ...more, execute: () => (calls.push("pay"), { id: 2 }) }),
    };
    const again = [
      probe === undefined ? { schema: pays.schema, execute: pays.execute! } : pays,
      more.refund ?? tool("refund", () => void calls.push("refund"), FREE),
      FREE_TOOLS[1]!,
    ];
    const runtime = createRuntime({ durable: await reopened(events.slice(0, at + 1)), tools: again });
    const { onInDoubt, unfinished } = more;
    const { runs } = await runtime.recover({ ...(onInDoubt && { onInDoubt }), ...(unfinished && { unfinished }) });
    return { run: runs[0]!, calls, state: runtime.state };
  }

  it("[EN-147] [8.2] is asked before the host is, and settles what was in doubt", async () => {
    const asked: string[] = [];
    const onInDoubt: OnInDoubt = () => (asked.push("host"), "failed");
    const happened = await recovered(() => ({ happened: true, output: { id: 5 } }), { onInDoubt });
    expect([happened.run.result.status, happened.state.get("paid"), happened.calls, asked]).toEqual([
      "committed",
      5,
      [],
      [],
    ]);
    expect(happened.run.in_doubt).toEqual([{ action_id: "p", answer: "output" }]);
    const not = await recovered(() => ({ happened: false }), { onInDoubt });
    expect(not.run.result).toMatchObject({ status: "rolled_back", external_effects: "none" });
    expect([not.run.in_doubt, not.calls, asked]).toEqual([[{ action_id: "p", answer: "not_happened" }], [], []]);
    const unknown = await recovered(() => undefined, { onInDoubt });
    expect([unknown.run.result.external_effects, asked]).toEqual(["unknown", ["host"]]);
  });

  it("[EN-147] [8.2] that says nothing was done lets the call be made where a retry is wanted, or the tool is idempotent", async () => {
    const no: Probe = () => ({ happened: false });
    const retried = await recovered(no, { actions: [RETRIED] });
    const idempotent = await recovered(no, { schema: { idempotent: true } });
    for (const { run, calls } of [retried, idempotent]) {
      expect([run.result.status, calls, run.in_doubt]).toEqual([
        "committed",
        ["pay"],
        [{ action_id: "p", answer: "rerun" }],
      ]);
    }
  });

  it("[EN-147] is asked too where the run is undone, so that only what happened is undone", async () => {
    const schema = COMPENSABLE;
    const happened = await recovered(() => ({ happened: true, output: null }), { schema, unfinished: "rollback" });
    expect([happened.calls, happened.run.result.external_effects]).toEqual([["refund"], "none"]);
    const not = await recovered(() => ({ happened: false }), { schema, unfinished: "rollback", actions: [RETRIED] });
    expect([not.calls, not.run.result.external_effects]).toEqual([[], "none"]);
  });

  it.each<[string, Probe, readonly string[], string]>([
    ["happened", () => ({ happened: true }), [], "none"],
    ["did not happen", () => ({ happened: false }), ["refund"], "none"],
    ["cannot be known", () => undefined, [], "remain"],
  ])("[EN-147] is asked about a compensation that %s", async (_what, probe, refunds, effects) => {
    const calls: string[] = [];
    const refund: Tool = { schema: { name: "refund" }, execute: () => void calls.push("refund"), probe };
    const { run } = await recovered(undefined, {
      schema: COMPENSABLE,
      actions: [call("p", "pay"), call("f", "bad", { dependencies: ["p"] })],
      until: "compensation_started",
      refund,
    });
    expect([calls, run.result.external_effects]).toEqual([refunds, effects]);
  });
});
