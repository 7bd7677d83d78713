import { maxCalls, mustPrecede, neverAfter, neverTogether, rulePolicy, separationOfDuties } from "@car/policy";
import { describe, expect, it } from "vitest";
import { call, statuses, testRuntime, tool } from "../testing/fixtures.js";
import { CallHistory } from "./call-history.js";

const names = ["check", "pay", "read", "send"];
const tools = names.map((name) =>
  tool(name, ({ fail }) => (fail === true ? Promise.reject(new Error("no")) : 1), { reversibility: "reversible" }),
);

describe("rules over calls", () => {
  it("[EN-79] [6.3] a call that failed or was skipped did not come first", async () => {
    const policy = rulePolicy([mustPrecede({ id: "check_first", first: "check", then: "pay" })]);
    const { runtime } = testRuntime({ policy, tools });
    const skip = { failure_behavior: "skip" };
    const bad = call("c", "check", { parameters: { fail: true }, ...skip });
    // State edges only order: the payment is tried although the check failed.
    const tied = [{ ...bad, write_set: ["k"] }, call("p", "pay", { ...skip, read_set: ["k"] })];
    const result = await runtime.execute({ actions: tied });
    expect(statuses(result)).toEqual({ c: "skipped:failed", p: "rejected:policy_denied" });
    const good = await runtime.execute({ actions: [call("c", "check"), call("p", "pay", { dependencies: ["c"] })] });
    expect(statuses(good)).toEqual({ c: "succeeded", p: "succeeded" });
  });

  it("[EN-79] [6.3] what a rollback undid did not come first, and was called nonetheless", async () => {
    const policy = rulePolicy([mustPrecede({ first: "check", then: "pay" }), maxCalls({ tool: "check", max: 2 })]);
    const session = testRuntime({ policy, tools }).runtime.session();
    const undone = [call("c", "check"), call("x", "read", { parameters: { fail: true }, dependencies: ["c"] })];
    expect((await session.execute({ actions: undone })).status).toBe("rolled_back");
    expect(statuses(await session.execute({ actions: [call("p", "pay")] }))).toEqual({ p: "rejected:policy_denied" });
    await session.execute({ actions: [call("c", "check")] });
    expect(statuses(await session.execute({ actions: [call("p", "pay")] }))).toEqual({ p: "succeeded" });
    expect(statuses(await session.execute({ actions: [call("c", "check")] }))).toEqual({ c: "rejected:policy_denied" });
  });

  it("[EN-79] [6.3] two runs at once cannot both make the last call that is allowed", async () => {
    const policy = rulePolicy([maxCalls({ id: "once", tool: "slow", max: 1 })]);
    const slow = tool("slow", () => Promise.resolve(1), { reversibility: "reversible" });
    const session = testRuntime({ policy, tools: [slow] }).runtime.session();
    const both = await Promise.all([1, 2].map(() => session.execute({ actions: [call("a", "slow")] })));
    expect(both.map(({ status }) => status).sort()).toEqual(["committed", "rejected"]);
  });

  it("[EN-79] [4.5] a further attempt is not a further call", async () => {
    let calls = 0;
    const shaky = tool("shaky", () => (++calls < 3 ? Promise.reject(new Error("again")) : 1), {
      reversibility: "reversible",
    });
    const policy = rulePolicy([maxCalls({ tool: "shaky", max: 1 })]);
    const { runtime, clock } = testRuntime({ policy, tools: [shaky] });
    const run = runtime.execute({ actions: [call("a", "shaky", { failure_behavior: "retry" })] });
    for (let turn = 0; turn < 5; turn++) {
      clock.advance(60_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect((await run).results[0]).toMatchObject({ status: "succeeded", attempts: 3 });
  });

  it("[EN-79] [6.3] what was let through and then not made does not count", async () => {
    const policy = rulePolicy([maxCalls({ tool: "pay", max: 1 }), { type: "require_approval", tool: "pay" }]);
    let answer = false;
    const session = testRuntime({ policy, tools, approver: () => Promise.resolve(answer) }).runtime.session();
    expect(statuses(await session.execute({ actions: [call("p", "pay")] }))).toEqual({ p: "rejected:approval_denied" });
    answer = true;
    expect(statuses(await session.execute({ actions: [call("p", "pay")] }))).toEqual({ p: "succeeded" });
    expect(statuses(await session.execute({ actions: [call("p", "pay")] }))).toEqual({ p: "rejected:policy_denied" });
  });

  it("[EN-79] [6.3] never_after and never_together hold within a run and across the runs of a session", async () => {
    const policy = rulePolicy([
      neverAfter({ id: "after", first: "read", then: "send" }),
      neverTogether({ id: "one", tools: ["check", "pay"] }),
    ]);
    const session = testRuntime({ policy, tools }).runtime.session();
    await session.execute({ actions: [call("s", "send"), call("c", "check")] });
    const refused = await session.execute({ actions: [call("r", "read"), call("p", "pay")] });
    expect(refused.cause).toMatchObject({ policies: ["one"], action_id: "p" });
    await session.execute({ actions: [call("r", "read")] });
    expect((await session.execute({ actions: [call("s", "send")] })).cause).toMatchObject({ policies: ["after"] });
    const other = testRuntime({ policy, tools }).runtime;
    await other.execute({ actions: [call("r", "read")] });
    expect((await other.execute({ actions: [call("s", "send")] })).status, "outside of a session").toBe("committed");
  });

  it("[EN-79] [6.3] duties are kept apart by what they are about", async () => {
    const policy = rulePolicy([separationOfDuties({ tools: ["pay", "check"], param: "id" })]);
    const session = testRuntime({ policy, tools }).runtime.session();
    const run = (name: string, id: number) =>
      session.execute({ actions: [call("a", name, { parameters: { id } })] }).then(({ status }) => status);
    expect(await run("pay", 7)).toBe("committed");
    expect(await run("check", 7)).toBe("rejected");
    expect(await run("check", 8)).toBe("committed");
    expect(await run("pay", 8)).toBe("rejected");
    expect(await run("pay", 7)).toBe("committed");
  });
});

describe("a history", () => {
  it("[EN-80] costs the same after 10,000 calls, and keeps no call", () => {
    const history = new CallHistory();
    history.values("pay", "id");
    for (let id = 0; id < 10_000; id++) history.begin("pay", { id, note: "x".repeat(1_000) });
    expect(history.calls("pay")).toBe(10_000);
    expect(history.values("pay", "id")?.has("9999")).toBe(true);
    history.begin("pay", { id: "one more" });
    expect(history.values("pay", "id"), "too many to know them all").toBeUndefined();
  });

  it("[EN-80] knows the values of a parameter from when it was first asked, or says that it does not", () => {
    const history = new CallHistory();
    history.begin("pay", { id: 1 });
    expect(history.values("pay", "id")).toBeUndefined();
    expect([...history.values("check", "id")!]).toEqual([]);
    history.begin("check", {});
    expect([...history.values("check", "id")!]).toEqual(["null"]);
    history.begin("check", { id: "x".repeat(2_000) });
    expect(history.values("check", "id")).toBeUndefined();
  });

  it("[EN-80] never lets a count fall below what happened, however many tools there are", () => {
    const history = new CallHistory();
    for (let at = 0; at < 10_050; at++) history.begin(`t${at}`, {});
    expect(history.calls("t0")).toBe(51);
    history.withdraw("unheard-of");
    history.takeBack("t0");
    expect([history.calls("t0"), history.succeeded("t0")]).toEqual([51, 0]);
  });
});
