import { collectEvents } from "@car/conformance/internal";
import type { JsonValue } from "@car/ir";
import { maxCalls, rulePolicy, trustedOnly } from "@car/policy";
import { describe, expect, it } from "vitest";
import { call, statuses, testRuntime, tool } from "../testing/fixtures.js";
import { flowProbe } from "../testing/flow-probe.js";
import { reopened } from "../testing/reopened.js";
import { createRuntime } from "../create-runtime.js";

const web = tool("web", () => ({ text: "outside", id: 5 }), { source_label: "untrusted", reversibility: "reversible" });
const plain = tool("plain", (given) => given["x"] ?? null, { reversibility: "reversible" });

/** Runs a proposal and gives the labels that each action's parameters had. */
async function labelsIn(actions: readonly object[], more: Parameters<typeof testRuntime>[0] = {}) {
  const { policy, seen } = flowProbe();
  const { runtime } = testRuntime({ policy, ...more, tools: [web, plain, ...(more.tools ?? [])] });
  const result = await runtime.execute({ actions });
  return { seen, result, runtime };
}

describe("labels", () => {
  it.each<[string, JsonValue]>([
    ["a reference", "$w.output.text"],
    ["an object reference", { $ref: "w.output" }],
    ["interpolation", "id ${w.output.id} of it"],
    ["depth", { a: [{ b: "$w.output.id" }] }],
  ])("[EN-70] [6.4] follow %s", async (_how, x) => {
    const { seen } = await labelsIn([call("w", "web"), call("p", "plain", { parameters: { x } })]);
    expect(seen).toEqual({ w: [], p: ["untrusted"] });
  });

  it("[EN-70] [6.4] follow calls in between, the state, and reads of it", async () => {
    const { seen, runtime } = await labelsIn([
      call("w", "web"),
      call("p", "plain", { parameters: { x: "$w.output.text" } }),
      { id: "s", type: "state_write", parameters: { key: "k", value: "$p.output" } },
      { id: "r", type: "state_read", parameters: { key: "k" } },
      call("q", "plain", { parameters: { x: "$r.output" } }),
    ]);
    expect(seen["q"]).toEqual(["untrusted"]);
    expect(runtime.state.entry("k")?.labels).toEqual(["untrusted"]);
  });

  it("[EN-70] [6.4] come with effects, claims and writes through the handle, and go with reads through it", async () => {
    const effects = ["kept", { key: "told", value: "$output.text" }];
    const keep = tool("keep", (_given, { state }) => (state.set("kept", 1), { text: "t" }), {
      effects,
      source_label: ["untrusted", "personal"],
    });
    const peek = tool("peek", (_given, { state }) => state.get("kept") ?? null, { effects: ["kept"] });
    const actions = [
      call("k", "keep", { expected_effects: { claimed: true } }),
      call("p", "peek", { dependencies: ["k"] }),
      call("q", "plain", { parameters: { x: "$p.output" } }),
    ];
    const { seen, runtime } = await labelsIn(actions, { tools: [keep, peek] });
    const labels = ["personal", "untrusted"];
    for (const key of ["kept", "told", "claimed"]) expect(runtime.state.entry(key)?.labels, key).toEqual(labels);
    expect(seen["q"]).toEqual(labels);
  });

  it("[EN-70] [6.4] a function may label each output; what it is given is a checked copy", async () => {
    const given: unknown[] = [];
    const mail = {
      ...tool("mail", () => ({ from: "eve" })),
      labels: (output: JsonValue) => (given.push(output), ["mail"]),
    };
    const actions = [call("m", "mail"), call("p", "plain", { parameters: { x: "$m.output" } })];
    const { seen } = await labelsIn(actions, { tools: [mail] });
    expect(seen["p"]).toEqual(["mail"]);
    expect(given).toEqual([{ from: "eve" }]);
  });

  it("[EN-71] [5.5] [6.4] come along with cached results", async () => {
    const cached = tool("cached", () => "v", { cache_ttl_secs: 60, source_label: "untrusted" });
    const { policy, seen } = flowProbe();
    const { runtime } = testRuntime({ policy, tools: [cached, plain] });
    const actions = (n: number) => [
      call(`c${n}`, "cached"),
      call(`p${n}`, "plain", { parameters: { x: `$c${n}.output` } }),
    ];
    await runtime.execute({ actions: actions(1) });
    const second = await runtime.execute({ actions: actions(2) });
    expect(second.results[0]?.cached).toBe(true);
    expect(seen["p2"]).toEqual(["untrusted"]);
  });

  it("[EN-71] [5.4] [6.4] come along with receipts, and a duplicate's own labels are added", async () => {
    const pay = tool("pay", () => 1, { source_label: "bank" });
    const { policy, seen } = flowProbe();
    const { runtime } = testRuntime({ policy, tools: [pay, web, plain] });
    await runtime.execute({ actions: [call("a", "pay", { idempotent: true, parameters: { id: 5 } })] });
    const again = await runtime.execute({
      actions: [
        call("w", "web"),
        call("b", "pay", { idempotent: true, parameters: { id: "$w.output.id" } }),
        call("p", "plain", { parameters: { x: "$b.output" } }),
      ],
    });
    expect(again.results[1]?.deduplicated).toBe(true);
    expect(seen["p"]).toEqual(["bank", "untrusted"]);
  });

  it("[EN-73] [4.7] [6.4] go into child runs and come back from them", async () => {
    const seen: Record<string, readonly string[]> = {};
    const probe = flowProbe();
    const outer = tool("outer", async (_given, { execute }) => {
      const result = await execute({ actions: [call("inner", "secret", { parameters: { x: "literal" } })] });
      return result.status;
    });
    const secret = tool("secret", () => "s", { source_label: "secret" });
    const { runtime } = testRuntime({ policy: probe.policy, tools: [web, plain, outer, secret] });
    await runtime.execute({
      actions: [
        call("w", "web"),
        call("o", "outer", { parameters: { x: "$w.output" } }),
        call("p", "plain", { parameters: { x: "$o.output" } }),
      ],
    });
    Object.assign(seen, probe.seen);
    expect(seen["inner"]).toEqual(["untrusted"]);
    expect(seen["p"]).toEqual(["secret", "untrusted"]);
  });

  it("[EN-74] [6.4] are taken off by a tool that the policy endorses, and by a success of it only", async () => {
    const { policy, seen } = flowProbe((name) => (name === "plain" ? ["untrusted"] : []));
    const { runtime } = testRuntime({ policy, tools: [web, plain] });
    const x = "$w.output.text";
    await runtime.execute({
      actions: [
        call("w", "web"),
        call("c", "plain", { parameters: { x } }),
        call("p", "plain", { parameters: { x: "$c.output" } }),
      ],
    });
    expect(seen).toEqual({ w: [], c: ["untrusted"], p: [] });
  });

  it("[EN-75] [4.10] an output that cannot be labelled is nobody's output", async () => {
    const odd = [
      () => ["x".repeat(65)],
      () => "untrusted",
      () => [5],
      () => [""],
      () => null,
      () => {
        throw new Error("no");
      },
    ];
    for (const labels of odd) {
      const bad = { ...tool("bad", () => "secret"), labels: labels as never };
      const { result } = await labelsIn([call("b", "bad", { failure_behavior: "skip" })], { tools: [bad] });
      expect(result.results[0]?.reason?.code).toBe("failed");
      expect(result.results[0]?.error).toContain("labels of the output cannot be told");
      expect(JSON.stringify(result)).not.toContain("secret");
    }
  });

  it("[EN-75] [4.10] a circular output fails before anybody is asked for its labels", async () => {
    const cycle: Record<string, unknown> = {};
    cycle["itself"] = cycle;
    let asked = 0;
    const bad = { ...tool("bad", () => cycle), labels: () => (asked++, ["x"]) };
    const { result } = await labelsIn([call("b", "bad")], { tools: [bad] });
    expect(statuses(result)).toEqual({ b: "failed:invalid_output" });
    expect(asked).toBe(0);
  });

  it("[EN-77] [6.4] are not followed for a policy that does not look at them", async () => {
    const { runtime } = testRuntime({ tools: [web, plain] });
    const write = { id: "s", type: "state_write" as const, parameters: { key: "k", value: "$w.output" } };
    await runtime.execute({ actions: [call("w", "web"), write] });
    expect(runtime.state.entry("k")?.labels).toBeUndefined();
    expect((await collectEvents(runtime.eventLog)).some(({ data }) => "labels" in data)).toBe(false);
  });

  it("[EN-88] [7.6] [8.1] are in the log: a process that opens it has them, in the state and in receipts", async () => {
    const { policy } = flowProbe();
    const tools = [web, plain];
    const durable = await reopened([]);
    const first = createRuntime({ policy, tools, durable });
    const write = { id: "s", type: "state_write", parameters: { key: "k", value: "$w.output" } };
    await first.execute({ actions: [call("w", "web", { idempotent: true }), write] });
    const again = await reopened(await collectEvents(durable.eventLog));
    expect(again.state.view().entry("k")?.labels).toEqual(["untrusted"]);
    const probe = flowProbe();
    const second = createRuntime({ policy: probe.policy, tools, durable: again });
    const actions = [call("w", "web", { idempotent: true }), call("p", "plain", { parameters: { x: "$w.output" } })];
    const result = await second.execute({ actions });
    expect(result.results[0]?.deduplicated).toBe(true);
    expect(probe.seen["p"]).toEqual(["untrusted"]);
  });
});

describe("a run that another process began", () => {
  it("[EN-88] [8.1] goes on with the labels and the calls that it had", async () => {
    const policy = rulePolicy([trustedOnly({ id: "only", tool: "plain", param: "x", after: "untrusted" })]);
    const tools = [web, plain, tool("pay", () => 1)];
    const durable = await reopened([]);
    const first = createRuntime({ policy, tools, durable });
    const session = first.session({ request: "use 'this'" });
    await session.execute({ actions: [call("w", "web")] });
    const actions = [
      call("p", "plain", { parameters: { x: "this" } }),
      call("y", "pay", { parameters: { x: "this" }, dependencies: ["p"] }),
    ];
    await session.execute({ actions });
    const events = await collectEvents(durable.eventLog);
    const cut = events.findIndex(({ kind, action_id }) => kind === "action_executing" && action_id === "y");
    const again = await reopened(events.slice(0, cut));
    const { policy: probe, seen } = flowProbe();
    const second = createRuntime({ policy: probe, tools, durable: again });
    const { runs } = await second.recover();
    expect(runs[0]?.result.status).toBe("committed");
    // Outside of its session nothing that the model wrote comes from the user any more.
    expect(seen).toEqual({ y: ["untrusted"] });
    const received = events.filter(({ kind }) => kind === "proposal_received").at(-1);
    expect(received?.data).toMatchObject({ context_labels: ["untrusted"] });
  });

  it("[EN-79] [8.1] counts what was called before", async () => {
    const policy = rulePolicy([maxCalls({ id: "once", tool: "pay", max: 1 })]);
    const tools = [plain, tool("pay", () => 1)];
    const durable = await reopened([]);
    const skip = { failure_behavior: "skip" };
    const wide = rulePolicy([]);
    const actions = [call("a", "pay", skip), call("b", "pay", { ...skip, dependencies: ["a"] })];
    await createRuntime({ policy: wide, tools, durable }).execute({ actions });
    const events = await collectEvents(durable.eventLog);
    const cut = events.findIndex(({ kind, action_id }) => kind === "policy_decided" && action_id === "b");
    const second = createRuntime({ policy, tools, durable: await reopened(events.slice(0, cut)) });
    const { runs } = await second.recover();
    expect(statuses(runs[0]!.result)).toEqual({ a: "succeeded", b: "rejected:policy_denied" });
  });
});
