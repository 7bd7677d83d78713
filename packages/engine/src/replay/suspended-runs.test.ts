import { manualClock } from "@car/conformance";
import { collectEvents } from "@car/conformance/internal";
import type { ProposalInput, ProposalResult } from "@car/ir";
import { memoryApprovalStore } from "@car/approvals";
import { maxCalls, requireApproval, requireApprovalForFlow, rulePolicy } from "@car/policy";
import { describe, expect, it } from "vitest";
import type { RuntimeOptions } from "../runtime-options.js";
import { call, testRuntime, tool } from "../testing/fixtures.js";
import { replayDecisions } from "./replay-decisions.js";
import { replayRuns } from "./replay-runs.js";

const PAY: ProposalInput = { actions: [call("look", "look"), call("pay", "pay", { dependencies: ["look"] })] };
const policy = () => rulePolicy([requireApproval({ tool: "pay" }), maxCalls({ tool: "look", max: 9 })]);

function setUp(options: RuntimeOptions = {}) {
  const tools = [
    tool("look", () => 1, { reversibility: "reversible", source_label: "web" }),
    tool("pay", () => 2),
    tool("send", ({ text }) => text),
  ];
  return testRuntime({ tools, policy: policy(), approvals: memoryApprovalStore(), ...options });
}

type Made = ReturnType<typeof setUp>;

async function decide({ runtime }: Made, result: ProposalResult, approved = true): Promise<ProposalResult> {
  for (const { id } of await runtime.approvals.pending()) await runtime.approvals.decide(id, { approved, by: "bob" });
  return runtime.resume(result.run_id);
}

async function expectSame({ runtime }: Made, again = policy()): Promise<void> {
  const events = await collectEvents(runtime.eventLog);
  const report = await replayRuns(events);
  expect([report.divergences, report.skipped, report.equal]).toEqual([[], [], true]);
  const { changed, undecided } = await replayDecisions(events, { policy: again });
  expect([changed, undecided]).toEqual([[], []]);
}

describe("a run that was suspended, executed again", () => {
  it.each([true, false])("[EN-96] [7.6] goes on with the recorded answer: %s", async (approved) => {
    const made = setUp();
    await decide(made, await made.runtime.execute(PAY), approved);
    await expectSame(made);
  });

  it("[EN-96] [7.6] comes out the same under a clock that knows fractions of a millisecond, which the log does not", async () => {
    const made = setUp({ clock: manualClock(1_000.75) });
    await decide(made, await made.runtime.execute(PAY));
    await expectSame(made);
  });

  it("[EN-96] [7.6] is undone where the state changed meanwhile, and where it was resumed to be canceled", async () => {
    const made = setUp({ state: { k: 1 } });
    const read = { id: "r", type: "state_read", parameters: { key: "k" } } as const;
    const first = await made.runtime.execute({ actions: [read, call("pay", "pay", { dependencies: ["r"] })] });
    await made.runtime.state.set("k", 2);
    expect((await decide(made, first)).cause?.code).toBe("conflict");
    const second = await made.runtime.execute(PAY);
    const ended = await made.runtime.resume(second.run_id, { signal: AbortSignal.abort(new Error("enough")) });
    expect(ended.status).toBe("canceled");
    await made.runtime.execute(PAY);
    await made.runtime.close();
    await expectSame(made);
  });

  it("[EN-96] [7.6] is given what a plan's approval, a sticky answer or somebody inline had said", async () => {
    const made = setUp({ approver: ({ action_id }) => action_id === "inline" });
    const plan: ProposalInput = { actions: [call("p", "pay", { parameters: { n: 1 } })] };
    const refused = await made.runtime.execute(plan);
    await made.runtime.approvals.approvePlan(refused.proposal_hash, { by: "ann" });
    expect((await made.runtime.execute(plan)).status).toBe("committed");
    expect((await made.runtime.execute({ actions: [call("inline", "pay")] })).status).toBe("committed");
    const other = setUp();
    const first = await other.runtime.execute(PAY);
    const [request] = await other.runtime.approvals.pending();
    await other.runtime.approvals.decide(request!.id, { approved: true, sticky: true });
    await other.runtime.resume(first.run_id);
    expect((await other.runtime.execute(PAY)).status).toBe("committed");
    await expectSame(made);
    await expectSame(other);
  });

  it("[EN-96] [7.6] fails as it did where the store failed", async () => {
    const store = memoryApprovalStore();
    const made = setUp({ approvals: { ...store, take: () => Promise.reject(new Error("gone")) } });
    expect((await made.runtime.execute(PAY)).status).toBe("rolled_back");
    const full = setUp({ approvals: { ...bound(store), request: () => Promise.reject(new Error("full")) } });
    expect((await full.runtime.execute(PAY)).status).toBe("rolled_back");
    await expectSame(made);
    await expectSame(full);
  });

  it("[EN-96] [RP-9] [7.6] leaves in its session what it had shown when it was suspended", async () => {
    const rules = () => rulePolicy([requireApprovalForFlow({ from: "web", to: "send" })]);
    const made = setUp({ policy: rules() });
    const session = made.runtime.session({ request: "look around" });
    const first = await session.execute({
      actions: [call("look", "look"), call("s", "send", { parameters: { text: "$look.output" } })],
    });
    expect([first.status, session.labels]).toEqual(["suspended", ["web"]]);
    const second = await session.execute({ actions: [call("t", "send", { parameters: { text: "else" } })] });
    expect(second.status).toBe("suspended");
    await decide(made, first);
    // What the first run has shown since is another reason, so somebody is asked once more.
    expect((await decide(made, second)).status).toBe("suspended");
    expect((await decide(made, second)).status).toBe("committed");
    await expectSame(made, rules());
  });
});

function bound(store: ReturnType<typeof memoryApprovalStore>): ReturnType<typeof memoryApprovalStore> {
  return {
    supports: store.supports,
    request: (request) => store.request(request),
    take: (query) => store.take(query),
    decide: (id, decision, now) => store.decide(id, decision, now),
    grant: (grant) => store.grant(grant),
    pending: (now) => store.pending(now),
  };
}
