import type { PolicyRequest } from "@car/ir/ports";
import { describe, expect, it } from "vitest";
import { brief, call, decision, findings, policy, TOOLS, verifyActions, write } from "./testing/plans.js";

const load = call("load", { tool: "load" });
const onlyFor = (id: string, check: Parameters<typeof policy>[0]) =>
  policy((request, state) => (request.action.id === id ? check(request, state) : decision("allow")));

describe("policies", () => {
  it("[VA-37] [6.1] are asked in mode verify, with the tool, the principal, the time and settled parameters", async () => {
    const asked: PolicyRequest[] = [];
    const policies = policy((request) => {
      asked.push(request);
      return Promise.resolve(decision("allow"));
    });
    const actions = [call("a", { parameters: { text: "$$a.output" } })];
    expect(await findings(actions, { policy: policies, now: 7, principal: "ann" })).toEqual([]);
    expect(asked).toMatchObject([
      { mode: "verify", attempt: 1, now: 7, principal: "ann", tool: { name: "t" }, parameters: { text: "$a.output" } },
    ]);
  });

  it("[VA-37] [6.1] deny with all reasons, or ask for approval", async () => {
    const reasons = [1, 2].map((n) => ({ policy_id: `p${n}`, message: "no" }));
    const { valid, issues } = await verifyActions([call("a")], {
      policy: policy(() => ({ effect: "deny", reasons })),
    });
    expect([valid, ...issues.map(({ message }) => message)]).toEqual([false, "p1: no", "p2: no"]);
    const asks = policy(() => ({ effect: "require_approval", reasons: [] }));
    expect(await findings([call("a")], { policy: asks })).toEqual(["info approval_required a"]);
  });

  it("[VA-37] [6.1] that throw, reject or answer nonsense deny", async () => {
    const broken = [
      () => {
        throw new Error("secret");
      },
      () => Promise.reject(new Error("secret")),
      () => undefined,
      () => ({ effect: "perhaps", reasons: [] }),
    ];
    for (const check of broken) {
      const { issues } = await verifyActions([call("a")], { policy: policy(check) });
      expect(brief(issues)).toEqual(["error policy_denied a"]);
      expect(issues[0]?.message).not.toContain("secret");
    }
  });

  it("[VA-37] see trusted values, which nothing an action writes or claims changes", async () => {
    const policies = onlyFor("b", (_, state) => decision(state.get("k") === 1 ? "allow" : "deny"));
    for (const before of [
      write("a", "k", 2),
      call("a", { expected_effects: { k: 2 } }),
      call("a", { write_set: ["k"] }),
      call("a", { write_set: ["*"] }),
    ]) {
      expect(await findings([before, call("b")], { policy: policies, state: { k: 1 } })).toEqual([]);
    }
  });

  it("[VA-37] are undecided where they look at what a tool may change, whatever they answer", async () => {
    for (const key of ["x", "box/1"]) {
      for (const answer of [() => decision("deny"), () => decision("allow"), () => undefined]) {
        const policies = onlyFor("b", (_, state) => {
          state.get(key);
          return answer();
        });
        expect(await findings([load, call("b")], { policy: policies })).toEqual(["info undecided b"]);
      }
    }
  });

  it("[VA-37] that believe claims give heuristic answers", async () => {
    const policies = onlyFor("b", (_, state) => decision(state.get("k", { trust: "model" }) === 1 ? "allow" : "deny"));
    const answers = [1, 2].map(async (k) => {
      const { issues } = await verifyActions([call("a", { expected_effects: { k } }), call("b")], { policy: policies });
      return issues.map(({ code, tier }) => `${code} ${tier}`);
    });
    expect(await Promise.all(answers)).toEqual([["undecided heuristic"], ["policy_denied heuristic"]]);
  });

  it("[VA-37] give a heuristic answer on references that are not resolved", async () => {
    const policies = onlyFor("b", ({ parameters }) => decision(parameters["n"] === "$a.output" ? "deny" : "allow"));
    const actions = [call("a"), call("b", { parameters: { n: "$a.output" } })];
    const { issues } = await verifyActions(actions, { policy: policies, tools: TOOLS });
    expect(issues.map(({ code, tier }) => `${code} ${tier}`)).toEqual([
      "policy_denied heuristic",
      "undecided decision_procedure",
    ]);
  });
});
