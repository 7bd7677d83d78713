import { testPolicyEngine } from "@car/conformance";
import type { JsonObject } from "@car/ir";
import type { PolicyEngine, PolicyFlow, PolicyHistory } from "@car/ir/ports";
import { describe, expect, it } from "vitest";
import { parsePolicyDocument } from "./document/parse-policy-document.js";
import { rulePolicy } from "./rule-policy.js";

type Break = (sound: PolicyEngine) => PolicyEngine;

const ask = (change: {
  flow?: (flow: PolicyFlow) => PolicyFlow;
  history?: (history: PolicyHistory) => PolicyHistory;
}): Break => {
  return (sound) => ({
    ...sound,
    check: (request, state) =>
      sound.check(
        {
          ...request,
          ...(request.flow && change.flow && { flow: change.flow(request.flow) }),
          ...(request.history && change.history && { history: change.history(request.history) }),
        },
        state,
      ),
  });
};

const NO_FLOW: PolicyFlow = {
  context: [],
  labels: () => [],
  origins: () => [],
  provenance: () => ({ source: "request", labels: [] }),
};
const NO_CALLS: PolicyHistory = { tools: () => [], calls: () => 0, succeeded: () => 1, values: () => new Set() };

/** How the names of the tests begin that must fail, what is broken, and how. */
const BROKEN: readonly (readonly [string, string, Break])[] = [
  [
    "[PO-60]",
    "takes the labels of one parameter for those of all",
    ask({ flow: (flow) => ({ ...flow, labels: () => flow.labels() }) }),
  ],
  [
    "[PO-61]",
    "denies where it should ask",
    (sound) => ({
      ...sound,
      check: async (request, state) => {
        const decision = await sound.check(request, state);
        return decision.effect === "require_approval" ? { ...decision, effect: "deny" } : decision;
      },
    }),
  ],
  [
    "[PO-62]",
    "takes no tool for a sink",
    (sound) => ({ ...sound, check: (request, state) => sound.check({ ...request, tool: undefined }, state) }),
  ],
  [
    "[PO-63]",
    "believes whatever is designated",
    ask({
      flow: (flow) => ({
        ...flow,
        provenance: (value, options) => {
          const found = flow.provenance(value, options);
          return found?.source === "designated" ? { ...found, source: "trusted" } : found;
        },
      }),
    }),
  ],
  ["[PO-64]", "endorses everything", (sound) => ({ ...sound, endorses: () => ["untrusted", "raw"] })],
  ["[PO-65]", "does not look at plans", (sound) => ({ ...sound, checkPlan: () => [] })],
  [
    "[PO-66]",
    "takes a call that nobody follows for a clean one",
    (sound) => ({
      ...sound,
      check: (request, state) => sound.check({ flow: NO_FLOW, history: NO_CALLS, ...request }, state),
    }),
  ],
  [
    "[PO-68]",
    "always asks for everything",
    (sound) => ({ ...sound, supports: { rateLimits: true, flow: true, history: true } }),
  ],
  [
    "[PO-80]",
    "counts what succeeded only",
    ask({ history: (history) => ({ ...history, calls: (tool) => history.succeeded(tool) }) }),
  ],
  [
    "[PO-81]",
    "takes a call for a success",
    ask({ history: (history) => ({ ...history, succeeded: (tool) => history.calls(tool) }) }),
  ],
  ["[PO-82]", "forgets what was called", ask({ history: (history) => ({ ...history, calls: () => 0 }) })],
  [
    "[PO-83]",
    "takes a failure for no call",
    ask({ history: (history) => ({ ...history, calls: (tool) => history.succeeded(tool) }) }),
  ],
  [
    "[PO-84]",
    "forgets what a call was about",
    ask({ history: (history) => ({ ...history, values: () => new Set() }) }),
  ],
  [
    "[PO-85]",
    "names every action of the plan",
    (sound) => ({
      ...sound,
      checkPlan: async (plan, state) => {
        const found = (await sound.checkPlan?.({ ...plan, scheduled: () => true }, state)) ?? [];
        return found.map((each) => ({ ...each, action_ids: plan.actions.map(({ id }) => id) }));
      },
    }),
  ],
];

/** Names of the suite's tests that fail, of those that begin so. */
async function failures(create: (document: JsonObject) => PolicyEngine, prefix: string): Promise<readonly string[]> {
  const tests: (readonly [string, () => unknown])[] = [];
  const runner = {
    describe: (_name: string, body: () => void) => body(),
    it: (name: string, body: () => unknown) => void (name.startsWith(prefix) && tests.push([name, body])),
  };
  testPolicyEngine(runner, create);
  const failed: string[] = [];
  for (const [name, body] of tests) {
    try {
      await body();
    } catch {
      failed.push(name);
    }
  }
  return failed;
}

const soundFor = (document: JsonObject): PolicyEngine =>
  rulePolicy(parsePolicyDocument(JSON.stringify(document), { format: "json" }));

describe("the suite for rules over flow and history", () => {
  for (const [prefix, how, broken] of BROKEN) {
    it(`${prefix} rejects an engine that ${how}`, async () => {
      expect(await failures(soundFor, prefix)).toEqual([]);
      expect(await failures((document) => broken(soundFor(document)), prefix)).not.toEqual([]);
    });
  }
});
