import { verifyChain } from "@car/eventlog";
import { type JsonObject, jsonOfEvent } from "@car/ir";
import { describe, expect, it } from "vitest";
import type { RuntimeOptions } from "../runtime-options.js";
import { call, testRuntime, tool } from "../testing/fixtures.js";
import type { ReplanAttempt } from "./replan-options.js";

const fail = tool("fail", () => ({ error: "out of stock" }), { failures: "definite" });
const ok = tool("ok", ({ n }) => n ?? 1, { reversibility: "reversible" });
const BAD = { actions: [call("a", "ok"), call("b", "fail", { dependencies: ["a"] })] };
const GOOD = { actions: [call("a", "ok", { parameters: { n: 7 } })] };

/** A runtime, and the data of every replan event and of every proposal received. */
function rig(options: RuntimeOptions = {}) {
  const made = testRuntime({ tools: [ok, fail], ...options });
  const lineage: { readonly kind: string; readonly run_id: string | undefined; readonly data: JsonObject }[] = [];
  const kinds = ["replan_requested", "replan_succeeded", "replan_exhausted", "proposal_received"] as const;
  made.runtime.subscribe(
    (event) => lineage.push({ kind: event.kind, run_id: event.run_id, data: jsonOfEvent(event) }),
    { kinds },
  );
  return { ...made, lineage };
}

/** A bad proposal that is like no other. */
function bad(n: number) {
  return { actions: [call("a", "ok", { parameters: { n } }), call("b", "fail")] };
}

describe("executeWithReplan", () => {
  it("[EN-20] asks for another proposal when one is rolled back, and tells what failed, what completed and the state", async () => {
    const { runtime } = rig({ state: { stock: 3 } });
    const seen: ReplanAttempt[] = [];
    let stock: unknown;
    const outcome = await runtime.executeWithReplan(BAD, {
      replan: (attempt) => {
        seen.push(attempt);
        stock = attempt.state.get("stock");
        return GOOD;
      },
      maxReplans: 2,
    });
    expect(outcome).toMatchObject({ stop: "committed", result: { status: "committed" }, externalEffectsRemain: false });
    expect(outcome.tries.map(({ result }) => result.status)).toEqual(["rolled_back", "committed"]);
    expect(stock).toBe(3);
    expect(seen).toHaveLength(1);
    const [{ attempt, attemptsLeft, cause, failed, completed, earlier }] = seen as [ReplanAttempt];
    expect([attempt, attemptsLeft, cause.message]).toEqual([1, 1, "out of stock"]);
    expect(failed.map(({ action_id }) => action_id)).toEqual(["b"]);
    expect(completed.map(({ action_id, rolled_back }) => [action_id, rolled_back])).toEqual([["a", true]]);
    expect(earlier[0]?.proposal?.actions.map(({ id }) => id)).toEqual(["a", "b"]);
  });

  it("[EN-20] says that an earlier try left something outside, though a later one committed", async () => {
    const { runtime } = rig({ tools: [tool("send", () => 1), ok, fail] });
    const sent = { actions: [call("a", "send"), call("b", "fail", { dependencies: ["a"] })] };
    const outcome = await runtime.executeWithReplan(sent, { replan: () => GOOD });
    expect(outcome).toMatchObject({ stop: "committed", externalEffectsRemain: true });
    expect(outcome.result.external_effects_remain).toBe(false);
  });

  it("[EN-20] asks nobody when the first proposal commits, and leaves no trace of replanning", async () => {
    const { runtime, lineage } = rig();
    const replan = () => expect.unreachable();
    expect(await runtime.executeWithReplan(GOOD, { replan })).toMatchObject({ stop: "committed" });
    expect(lineage.map(({ kind }) => kind)).toEqual(["proposal_received"]);
  });

  it("[EN-21] [7.1] the chain is in the log, and each run names what it replaces", async () => {
    const { runtime, lineage } = rig();
    const { tries } = await runtime.executeWithReplan(BAD, {
      replan: ({ attempt }) => (attempt === 1 ? bad(2) : GOOD),
    });
    const [first, second, third] = tries.map(({ result }) => result);
    const root_run_id = first?.run_id;
    const place1 = { root_run_id, previous_run_id: first?.run_id, attempt: 1 };
    const place2 = { root_run_id, previous_run_id: second?.run_id, attempt: 2 };
    const failed = { status: "rolled_back", cause: first?.cause };
    expect(lineage.filter(({ kind }) => kind !== "proposal_received")).toEqual([
      {
        kind: "replan_requested",
        data: { ...place1, attempts_left: 2, proposal_hash: first?.proposal_hash, ...failed },
      },
      {
        kind: "replan_requested",
        data: { ...place2, attempts_left: 1, proposal_hash: second?.proposal_hash, ...failed },
      },
      { kind: "replan_succeeded", data: { ...place2, run_id: third?.run_id, proposal_hash: third?.proposal_hash } },
    ]);
    const received = lineage.filter(({ kind }) => kind === "proposal_received");
    expect(received.map(({ data }) => data["replaces"])).toEqual([undefined, place1, place2]);
    expect(await verifyChain(runtime.eventLog.read())).toMatchObject({ valid: true });
  });

  it("[EN-21] a chain without a commit ends with why, once", async () => {
    const { runtime, lineage } = rig();
    const { result } = await runtime.executeWithReplan(BAD, { replan: () => undefined });
    expect(lineage.at(-1)).toEqual({
      kind: "replan_exhausted",
      data: {
        root_run_id: result.run_id,
        previous_run_id: result.run_id,
        attempt: 1,
        proposal_hash: result.proposal_hash,
        stop: "gave_up",
      },
    });
  });

  it("[EN-22] stops after `maxReplans` questions, also after none", async () => {
    for (const maxReplans of [0, 1, 3]) {
      const { runtime, lineage } = rig();
      let asked = 0;
      const outcome = await runtime.executeWithReplan(BAD, { replan: () => bad(++asked), maxReplans });
      expect(outcome.stop).toBe("replans_exhausted");
      expect([asked, outcome.tries.length]).toEqual([maxReplans, maxReplans + 1]);
      expect(lineage.at(-1)?.data).toMatchObject({ attempt: maxReplans, stop: "replans_exhausted" });
    }
  });

  it.each([-1, 1.5, Number.NaN, 1_001, Infinity])("[EN-22] refuses %s as `maxReplans`", async (maxReplans) => {
    const { runtime, lineage } = rig();
    await expect(runtime.executeWithReplan(GOOD, { replan: () => GOOD, maxReplans })).rejects.toMatchObject({
      code: "CAR_CONFIG_INVALID",
    });
    expect(lineage).toEqual([]);
  });

  it("[EN-22] refuses a `replan` that is no function", async () => {
    const { runtime } = rig();
    await expect(runtime.executeWithReplan(GOOD, { replan: 1 as never })).rejects.toMatchObject({
      code: "CAR_CONFIG_INVALID",
    });
  });

  it("[EN-23] does not run a proposal that has failed already, whatever its id", async () => {
    const { runtime, lineage } = rig();
    const outcome = await runtime.executeWithReplan(
      { ...BAD, id: "aaaaaaaaaaaa" },
      {
        replan: ({ attempt }) => (attempt === 1 ? bad(2) : { ...BAD, id: "bbbbbbbbbbbb" }),
      },
    );
    expect(outcome.stop).toBe("repeated_proposal");
    expect(outcome.tries).toHaveLength(2);
    expect(lineage.at(-1)?.data).toMatchObject({
      stop: "repeated_proposal",
      attempt: 2,
      proposal_hash: outcome.tries[0]?.result.proposal_hash,
    });
  });

  it.each([
    ["text that is no JSON", "{"],
    ["null", null],
    ["a number", 7],
    ["no actions", { actions: [] }],
    ["a function", () => GOOD],
    [
      "a cycle",
      Object.assign(
        {},
        {
          get self() {
            return this;
          },
        },
      ),
    ],
    ["5 MB of text", "x".repeat(5_000_000)],
    ["an unknown tool", { actions: [call("a", "nothing")] }],
    [
      "a proxy that throws",
      new Proxy(
        {},
        {
          get: (_target, name) => {
            if (name !== "then") throw new Error("no");
          },
          ownKeys: () => {
            throw new Error("no");
          },
        },
      ),
    ],
  ])("[EN-24] %s counts as a failed proposal, is in the log, and the callback hears of it", async (_what, garbage) => {
    const { runtime, lineage } = rig();
    const heard: string[] = [];
    const outcome = await runtime.executeWithReplan(BAD, {
      replan: (attempt) => {
        heard.push(attempt.result.status);
        return attempt.attempt === 1 ? garbage : GOOD;
      },
    });
    expect(outcome.stop).toBe("committed");
    expect(heard[0]).toBe("rolled_back");
    expect(["rejected", "rolled_back"]).toContain(heard[1]);
    expect(outcome.tries[1]?.result.cause).toBeDefined();
    expect(lineage.filter(({ kind }) => kind === "proposal_received")[1]?.data["replaces"]).toMatchObject({
      attempt: 1,
    });
  });
});
