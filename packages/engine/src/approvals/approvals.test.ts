import { collectEvents } from "@car/conformance/internal";
import type { ProposalInput, ProposalResult } from "@car/ir";
import type { ApprovalStore, StoredApprovalRequest } from "@car/ir/ports";
import { memoryApprovalStore } from "@car/approvals";
import { askApproval, definePolicy, requireApproval, requireApprovalForFlow, rulePolicy } from "@car/policy";
import { describe, expect, it } from "vitest";
import { createRuntime } from "../create-runtime.js";
import { replayRuns } from "../replay/replay-runs.js";
import type { RuntimeOptions } from "../runtime-options.js";
import { call, statuses, testRuntime, tool } from "../testing/fixtures.js";
import { reopened } from "../testing/reopened.js";

const PAY: ProposalInput = {
  actions: [call("look", "look"), call("pay", "pay", { parameters: { to: "ann", amount: 5 }, dependencies: ["look"] })],
};

/** A runtime whose tool `pay` needs approval, with what its tools were called with. */
function setUp(options: RuntimeOptions = {}) {
  const calls: string[] = [];
  const named = (name: string, host: object = {}) =>
    tool(name, (parameters) => (calls.push(`${name} ${JSON.stringify(parameters)}`), { id: name }), host);
  const approvals = options.approvals ?? memoryApprovalStore();
  const made = testRuntime({
    tools: [named("look", { reversibility: "reversible" }), named("pay"), named("refund")],
    policy: rulePolicy([requireApproval({ tool: "pay" })]),
    approvals,
    ...options,
  });
  return { ...made, calls, approvals };
}

type SetUp = ReturnType<typeof setUp>;

async function onlyRequest({ runtime }: SetUp): Promise<StoredApprovalRequest> {
  const pending = await runtime.approvals.pending();
  expect(pending).toHaveLength(1);
  return pending[0]!;
}

async function approve(made: SetUp, result: ProposalResult, approved = true): Promise<ProposalResult> {
  const { id } = await onlyRequest(made);
  await made.runtime.approvals.decide(id, { approved, by: "bob" });
  return made.runtime.resume(result.run_id);
}

describe("a run that needs an approval", () => {
  it("[EN-90] [6.5] is suspended when only waiting actions remain, and says what it waits for", async () => {
    const made = setUp();
    const result = await made.runtime.execute(PAY);
    expect(result.status).toBe("suspended");
    expect(statuses(result)).toEqual({ look: "succeeded", pay: "waiting:approval_required" });
    expect(result.results[0]!.rolled_back).toBe(false);
    expect(made.runtime.suspended()).toEqual([result.run_id]);
    expect(await onlyRequest(made)).toMatchObject({
      run_id: result.run_id,
      action_id: "pay",
      tool: "pay",
      parameters: { to: "ann", amount: 5 },
      principal: "default",
      reversibility: "irreversible",
    });
    expect(made.calls).toEqual(["look {}"]);
    expect(made.kinds.slice(-2)).toEqual(["approval_requested pay", "proposal_suspended"]);
  });

  it("[EN-90] [6.5] tells who is asked where each argument came from, when the policy follows data", async () => {
    const inbox = tool("inbox", () => ({ iban: "GB33BUKB20201555555555" }), { source_label: ["untrusted"] });
    const pay = tool("pay", () => 1);
    const policy = rulePolicy([requireApprovalForFlow({ from: "untrusted", to: { tool: "pay" } })]);
    const made = setUp({ tools: [inbox, pay], policy });
    const session = made.runtime.session({ request: "pay Ann what she asks for" });
    const parameters = { to: "$read.output.iban", name: "Ann" };
    const plan = { actions: [call("read", "inbox"), call("pay", "pay", { parameters })] };
    expect((await session.execute(plan)).status).toBe("suspended");
    expect(await onlyRequest(made)).toMatchObject({
      parameters: { to: "GB33BUKB20201555555555", name: "Ann" },
      origins: { to: { labels: ["untrusted"], source: "labelled" }, name: { labels: [], source: "request" } },
    });
  });

  it("[EN-91] [6.5] goes on with exactly the actions that waited once they are approved", async () => {
    const made = setUp();
    const result = await approve(made, await made.runtime.execute(PAY));
    expect(result.status).toBe("committed");
    expect(made.calls).toEqual(["look {}", 'pay {"to":"ann","amount":5}']);
    expect(made.runtime.suspended()).toEqual([]);
    expect(made.kinds).toContain("proposal_resumed");
    expect(made.kinds).toContain("approval_recorded pay");
  });

  it("[EN-91] [6.5] is rolled back when the answer is no", async () => {
    const made = setUp();
    const result = await approve(made, await made.runtime.execute(PAY), false);
    expect(result.status).toBe("rolled_back");
    expect(statuses(result)).toEqual({ look: "succeeded", pay: "rejected:approval_denied" });
    expect(made.calls).toEqual(["look {}"]);
  });

  it("[EN-91] [6.5] stays suspended while nobody has answered, and asks once", async () => {
    const made = setUp();
    const first = await made.runtime.execute(PAY);
    const again = await made.runtime.resume(first.run_id);
    expect(again).toMatchObject({ status: "suspended", run_id: first.run_id });
    await onlyRequest(made);
    expect(made.kinds.filter((kind) => kind === "approval_requested pay")).toHaveLength(1);
    expect((await approve(made, again)).status).toBe("committed");
  });

  it("[EN-90] [5.1] gives its locks back, keeps what it wrote to itself, and commits it in the end", async () => {
    const made = setUp();
    const write = { id: "w", type: "state_write", parameters: { key: "k", value: 1 } } as const;
    const first = await made.runtime.execute({ actions: [write, call("pay", "pay", { dependencies: ["w"] })] });
    expect(made.runtime.state.get("k")).toBeUndefined();
    const other = await made.runtime.execute({ actions: [{ id: "r", type: "state_read", parameters: { key: "k" } }] });
    expect(other.status).toBe("committed");
    expect((await approve(made, first)).status).toBe("committed");
    expect(made.runtime.state.get("k")).toBe(1);
  });

  it("[EN-120] [6.5] holds neither budget nor the answer that others wait for, when the approval was needed only after a wait", async () => {
    let isLate = false;
    const policy = rulePolicy([definePolicy("night", () => (isLate ? askApproval("night", "it is late") : undefined))]);
    const rare = {
      reversibility: "reversible" as const,
      rate_limit: { max_calls: 1, interval_secs: 1 },
      cache_ttl_secs: 60,
    };
    const tools = [tool("rare", () => 7, rare)];
    const made = setUp({ tools, policy, budget: { max_tool_calls: 3, scope: "session" } });
    await made.runtime.execute({ actions: [call("first", "rare", { parameters: { n: 0 } })] });
    const same = { actions: [call("a", "rare", { idempotent: true, parameters: { n: 1 } })] };
    const waiting = made.runtime.execute(same);
    isLate = true;
    await made.clock.advanceAsync(1_000);
    const { run_id, status } = await waiting;
    expect(status).toBe("suspended");
    isLate = false;
    const other = made.runtime.execute(same);
    await made.clock.advanceAsync(1_000);
    expect(statuses(await other)).toEqual({ a: "succeeded" });
    const last = made.runtime.execute({ actions: [call("b", "rare", { parameters: { n: 2 } })] });
    await made.clock.advanceAsync(1_000);
    expect(statuses(await last)).toEqual({ b: "succeeded" });
    expect(statuses(await made.runtime.resume(run_id))).toEqual({ a: "succeeded" });
  });

  it("[EN-92] [6.5] is rolled back with `conflict` when the state that it had read has changed", async () => {
    const made = setUp({ state: { k: 1 } });
    const read = { id: "r", type: "state_read", parameters: { key: "k" } } as const;
    const first = await made.runtime.execute({ actions: [read, call("pay", "pay", { dependencies: ["r"] })] });
    await made.runtime.state.set("k", 2);
    const result = await approve(made, first);
    expect(result).toMatchObject({ status: "rolled_back", cause: { code: "conflict", keys: ["k"] } });
    expect(made.calls).toEqual([]);
  });

  it("[EN-92] [6.5] an unrelated change is no conflict; one under a prefix that it may read is", async () => {
    const made = setUp({ state: { "a.1": 1, other: 1 } });
    const waiting: ProposalInput = { actions: [call("pay", "pay", { read_set: ["a.*"] })] };
    const [first, second] = [await made.runtime.execute(waiting), await made.runtime.execute(waiting)];
    for (const { id } of await made.runtime.approvals.pending()) {
      await made.runtime.approvals.decide(id, { approved: true });
    }
    await made.runtime.state.set("other", 2);
    expect((await made.runtime.resume(first.run_id)).status).toBe("committed");
    await made.runtime.state.set("a.2", 2);
    expect((await made.runtime.resume(second.run_id)).cause).toMatchObject({ code: "conflict", keys: ["a.2"] });
  });

  it("[EN-93] [5.5] an action that cannot be undone is not started while an approval may still undo the batch", async () => {
    const made = setUp();
    const first = await made.runtime.execute({ actions: [call("pay", "pay"), call("refund", "refund")] });
    expect(statuses(first)).toEqual({ pay: "waiting:approval_required", refund: "waiting" });
    expect(made.calls).toEqual([]);
    expect(statuses(await approve(made, first))).toEqual({ pay: "succeeded", refund: "succeeded" });
  });

  it("[EN-94] can be canceled while it waits, and what it did is undone", async () => {
    const made = setUp();
    const first = await made.runtime.execute(PAY);
    const result = await made.runtime.resume(first.run_id, { signal: AbortSignal.abort() });
    expect(result.status).toBe("canceled");
    await expect(made.runtime.resume(first.run_id)).rejects.toMatchObject({ code: "CAR_RUN_UNKNOWN" });
  });

  it("[EN-94] is canceled when its runtime closes and nobody could take it up", async () => {
    const made = setUp();
    await made.runtime.execute(PAY);
    await made.runtime.close();
    const events = await collectEvents(made.runtime.eventLog);
    expect(events.at(-1)).toMatchObject({ kind: "proposal_completed", data: { status: "canceled" } });
  });

  it("[EN-95] [8.1] waits on when the process has ended, and is taken up by the next one", async () => {
    const approvals = memoryApprovalStore();
    const durable = await reopened([]);
    const first = await setUp({ durable, approvals }).runtime.execute(PAY);
    const made = setUp({ durable: await reopened(await collectEvents(durable.eventLog)), approvals });
    const { runs } = await made.runtime.recover({ unfinished: "rollback" });
    expect(runs[0]).toMatchObject({ handled: "resumed", result: { status: "suspended", run_id: first.run_id } });
    const result = await approve(made, first);
    expect(result.status).toBe("committed");
    expect(made.calls).toEqual(['pay {"to":"ann","amount":5}']);
  });

  it("[EN-95] [EN-92] [8.1] is rolled back by the next process when the state has changed before the end of the first", async () => {
    const approvals = memoryApprovalStore();
    const durable = await reopened([]);
    const before = setUp({ durable, approvals }).runtime;
    const read = { id: "r", type: "state_read", parameters: { key: "k" } } as const;
    await before.execute({ actions: [read, call("pay", "pay", { dependencies: ["r"] })] });
    await before.state.set("k", 2);
    const made = setUp({ durable: await reopened(await collectEvents(durable.eventLog)), approvals });
    const { runs } = await made.runtime.recover();
    expect(runs[0]!.result).toMatchObject({ status: "rolled_back", cause: { code: "conflict" } });
  });

  it("[EN-96] [7.6] is executed again as far as it has come, with the answers that it got", async () => {
    const made = setUp();
    const first = await made.runtime.execute(PAY);
    const waiting = await replayRuns(await collectEvents(made.runtime.eventLog));
    expect(waiting).toMatchObject({ equal: false, divergences: [], skipped: [{ reason: "open" }] });
    await made.runtime.resume(first.run_id);
    await approve(made, first);
    const report = await replayRuns(await collectEvents(made.runtime.eventLog));
    expect(report).toMatchObject({ equal: true, runs: 1, skipped: [] });
  });

  it("[EN-97] [5.6] time in which it is suspended is not spent of the budget", async () => {
    const made = setUp({ budget: { max_duration_ms: 100 } });
    const first = await made.runtime.execute(PAY);
    made.clock.advance(1_000);
    expect((await approve(made, first)).status).toBe("committed");
  });
});

describe("what an approval covers", () => {
  it("[EN-98] [6.5] only the run that asked: the same call in another run asks again", async () => {
    const made = setUp();
    await approve(made, await made.runtime.execute(PAY));
    expect((await made.runtime.execute(PAY)).status).toBe("suspended");
  });

  it.each<[string, ProposalInput, object]>([
    ["other arguments", { actions: [call("pay", "pay", { parameters: { to: "eve", amount: 5 } })] }, {}],
    [
      "another principal",
      { actions: [call("pay", "pay", { parameters: { to: "ann", amount: 5 } })] },
      { principal: "eve" },
    ],
  ])("[EN-98] [6.5] a sticky approval does not cover %s", async (_what, proposal, options) => {
    const made = setUp();
    const covered: ProposalInput = { actions: [call("pay", "pay", { parameters: { to: "ann", amount: 5 } })] };
    const first = await made.runtime.execute(covered);
    await made.runtime.approvals.decide((await onlyRequest(made)).id, { approved: true, sticky: true });
    expect((await made.runtime.resume(first.run_id)).status).toBe("committed");
    expect((await made.runtime.execute(covered)).status).toBe("committed");
    expect((await made.runtime.execute(proposal, options)).status).toBe("suspended");
  });

  it("[EN-98] [6.5] neither another schema of the tool nor another policy", async () => {
    const approvals = memoryApprovalStore();
    const covered: ProposalInput = { actions: [call("pay", "pay")] };
    const first = setUp({ approvals });
    const { run_id } = await first.runtime.execute(covered);
    await first.runtime.approvals.decide((await onlyRequest(first)).id, { approved: true, sticky: true });
    expect((await first.runtime.resume(run_id)).status).toBe("committed");
    first.runtime.registerTool(tool("pay", () => 1, { description: "changed" }));
    expect((await first.runtime.execute(covered)).status).toBe("suspended");
    const policy = rulePolicy([requireApproval({ tool: "pay" }), requireApproval({ tool: "refund" })]);
    expect((await setUp({ approvals, policy }).runtime.execute(covered)).status).toBe("suspended");
  });

  it("[EN-98] [6.5] it expires, and a clock that is set back revives nothing", async () => {
    const made = setUp({ limits: { approval_ttl_ms: 1_000 } });
    const first = await made.runtime.execute(PAY);
    const { id, requested_at } = await onlyRequest(made);
    made.clock.advance(1_000);
    expect(await made.runtime.approvals.pending()).toEqual([]);
    await expect(made.approvals.decide(id, { approved: true }, requested_at)).rejects.toMatchObject({
      code: "CAR_APPROVAL_UNKNOWN",
    });
    const result = await made.runtime.resume(first.run_id);
    expect(statuses(result)).toMatchObject({ pay: "rejected:approval_denied" });
  });

  it("[EN-98] [6.5] an approval inside a proposal is refused as any unknown field is", async () => {
    const made = setUp();
    const forged = { actions: [{ ...call("pay", "pay"), approved: true, approval_id: "x" }] };
    expect((await made.runtime.execute(forged)).status).toBe("rejected");
    expect(made.calls).toEqual([]);
  });
});

describe("the approval of a plan", () => {
  async function approved(made: SetUp, options = {}): Promise<void> {
    const { proposal_hash } = await setUp().runtime.execute(PAY);
    await made.runtime.approvals.approvePlan(proposal_hash, { by: "bob", ...options });
  }

  it("[EN-99] [6.5] lets exactly that plan run, once", async () => {
    const made = setUp();
    await approved(made);
    expect((await made.runtime.execute(PAY)).status).toBe("committed");
    expect((await made.runtime.execute(PAY)).status).toBe("suspended");
  });

  it("[EN-99] [6.5] lets it run again and again when it is sticky, and for nobody else", async () => {
    const made = setUp();
    await approved(made, { sticky: true });
    for (const _ of [1, 2]) expect((await made.runtime.execute(PAY)).status).toBe("committed");
    expect((await made.runtime.execute(PAY, { principal: "eve" })).status).toBe("suspended");
  });

  it("[EN-99] [6.5] covers no plan that differs in anything", async () => {
    const made = setUp();
    await approved(made);
    const [look, pay] = PAY.actions;
    const other = { ...pay!, parameters: { to: "ann", amount: 6 } } as ProposalInput["actions"][number];
    expect((await made.runtime.execute({ actions: [look!, other] })).status).toBe("suspended");
    expect((await made.runtime.execute({ actions: [pay!, look!] })).status).toBe("suspended");
  });

  it("[EN-99] [6.5] does not cover an action whose parameters come from references", async () => {
    const made = setUp();
    const plan: ProposalInput = {
      actions: [call("look", "look"), call("pay", "pay", { parameters: { to: "$look.output.id" } })],
    };
    const { proposal_hash, run_id } = await made.runtime.execute(plan);
    await made.runtime.approvals.approvePlan(proposal_hash);
    expect((await made.runtime.resume(run_id)).status).toBe("suspended");
  });

  it("[EN-99] [6.5] is void once a tool or the policy is another", async () => {
    const made = setUp();
    await approved(made);
    made.runtime.registerTool(tool("look", () => 1, { description: "changed" }));
    expect((await made.runtime.execute(PAY)).status).toBe("suspended");
  });

  it("[EN-99] refuses what is no hash of a plan", async () => {
    await expect(setUp().runtime.approvals.approvePlan("x")).rejects.toMatchObject({ code: "CAR_CONFIG_INVALID" });
  });
});

describe("an approval store that fails", () => {
  const failing = (fails: keyof ApprovalStore): ApprovalStore => ({
    ...memoryApprovalStore(),
    [fails]: () => {
      throw new Error("no disk");
    },
  });

  it.each<[string, ApprovalStore]>([
    ["throws when it is asked", failing("take")],
    ["throws when it is told", failing("request")],
    ["rejects when it is asked", { ...memoryApprovalStore(), take: () => Promise.reject(new Error("no disk")) }],
    ["rejects when it is told", { ...memoryApprovalStore(), request: () => Promise.reject(new Error("no disk")) }],
  ])("[EN-100] [6.5] denies: one that %s", async (_what, approvals) => {
    const made = setUp({ approvals });
    const result = await made.runtime.execute(PAY);
    expect(statuses(result)).toMatchObject({ pay: "rejected:approval_required" });
    expect(made.calls).toEqual(["look {}"]);
  });

  it("[EN-100] [5.9] one that never answers denies after the bound", async () => {
    const approvals = { ...memoryApprovalStore(), take: () => new Promise<never>(() => undefined) };
    const made = setUp({ approvals, limits: { approval_timeout_ms: 50 } });
    const running = made.runtime.execute(PAY);
    made.clock.advance(50);
    expect(statuses(await running)).toMatchObject({ pay: "rejected:approval_required" });
  });

  it("[EN-100] without a store the methods say so, and an approver alone is asked inline", async () => {
    const runtime = createRuntime({});
    await expect(runtime.approvals.pending()).rejects.toMatchObject({ code: "CAR_CONFIG_INVALID" });
    await expect(runtime.resume("nothing")).rejects.toMatchObject({ code: "CAR_RUN_UNKNOWN" });
  });

  it("[EN-100] [6.5] neither a child run nor too many runs wait", async () => {
    const made = setUp({ limits: { max_open_runs: 1 } });
    expect((await made.runtime.execute(PAY)).status).toBe("suspended");
    expect(statuses(await made.runtime.execute(PAY))).toMatchObject({ pay: "rejected:approval_required" });
  });
});
