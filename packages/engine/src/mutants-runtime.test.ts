import { manualClock, type RuntimeSetup, testRuntime, type TestRunner } from "@car/conformance";
import { anyModelCase, compareWithModel } from "@car/conformance/model";
import type { ProposalResult, ToolSchemaInput } from "@car/ir";
import { ALLOW, type Approver, type PolicyEngine } from "@car/ir/ports";
import { memoryStateStore } from "@car/state";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRuntime } from "./create-runtime.js";
import type { RuntimeOptions } from "./runtime-options.js";

type AnyRuntime = ReturnType<typeof createRuntime>;
type Mutant = (setup: RuntimeOptions) => AnyRuntime;

/** A runtime that forgets some of its options. */
const without =
  (...names: readonly (keyof RuntimeOptions)[]): Mutant =>
  (setup) =>
    createRuntime(Object.fromEntries(Object.entries(setup).filter(([name]) => !names.includes(name as never))));

/** A runtime that takes its tools for others. */
const withTools =
  (change: (schema: ToolSchemaInput) => ToolSchemaInput): Mutant =>
  (setup) => {
    const runtime = createRuntime({
      ...setup,
      tools: setup.tools?.map((tool) => ({ ...tool, schema: change(tool.schema) })) ?? [],
    });
    const registerTool: AnyRuntime["registerTool"] = (tool) =>
      runtime.registerTool({ ...tool, schema: change(tool.schema) });
    return { ...runtime, registerTool };
  };

/** A runtime that executes proposals after changing each of their actions. */
const withActions =
  (change: (action: Record<string, unknown>) => object): Mutant =>
  (setup) => {
    const runtime = createRuntime(setup);
    const changed = (proposal: unknown): unknown => {
      const actions = (proposal as { actions?: unknown }).actions;
      return Array.isArray(actions) ? { actions: (actions as Record<string, unknown>[]).map(change) } : proposal;
    };
    return { ...runtime, execute: (proposal, options) => runtime.execute(changed(proposal), options) };
  };

const dropping = (name: keyof ToolSchemaInput): Mutant =>
  withTools((schema) => Object.fromEntries(Object.entries(schema).filter(([key]) => key !== name)) as ToolSchemaInput);

/** A runtime with other limits. */
const withLimits =
  (limits: NonNullable<RuntimeOptions["limits"]>): Mutant =>
  (setup) =>
    createRuntime({ ...setup, limits: { ...setup.limits, ...limits } });

/** A runtime that tells something else than it did. */
const telling =
  (change: (result: ProposalResult) => ProposalResult): Mutant =>
  (setup) => {
    const runtime = createRuntime(setup);
    return { ...runtime, execute: async (proposal, options) => change(await runtime.execute(proposal, options)) };
  };

/** Keeps the first answer about an action, whatever it is asked about later. */
const askingOnce: Mutant = ({ approver, ...setup }) => {
  if (approver === undefined) return createRuntime(setup);
  const answers = new Map<string, ReturnType<Approver>>();
  const remembering: Approver = (request, options) => {
    const known = answers.get(request.action_id) ?? approver(request, options);
    answers.set(request.action_id, known);
    return known;
  };
  return createRuntime({ ...setup, approver: remembering });
};

/** Lets everything pass that has passed once. */
const trusting: Mutant = ({ policy, ...setup }) => {
  if (policy === undefined) return createRuntime(setup);
  const check: PolicyEngine["check"] = (request, state) =>
    request.mode === "recheck" ? ALLOW : policy.check(request, state);
  return createRuntime({ ...setup, policy: { ...policy, check } });
};

/** Rules of which at least one must notice, how the runtime is broken, and the runtime. */
const MUTANTS: readonly (readonly [rule: string, how: string, mutant: Mutant])[] = [
  ["2.1", "forgets its limits", without("limits")],
  ["2.1", "loses the dependencies", withActions((action) => ({ ...action, dependencies: [] }))],
  ["3.1", "loses the keys that tools declare", dropping("effects")],
  ["3.2", "forgets `maxConcurrency`", without("maxConcurrency")],
  ["3.2", "forgets a tool's `max_concurrency`", dropping("max_concurrency")],
  ["3.3", "is always eager", (setup) => createRuntime({ ...setup, schedule: "eager" })],
  ["3.3", "takes every tool for reversible", withTools((schema) => ({ ...schema, reversibility: "reversible" }))],
  ["3.3", "takes no tool for reversible", dropping("reversibility")],
  ["3.3", "has places for all", dropping("max_concurrency")],
  ["3.5", "aborts where a failure is tolerated", withActions((action) => ({ ...action, failure_behavior: "abort" }))],
  ["4.1", "forgets the policy", without("policy")],
  ["4.1", "asks the policy once", trusting],
  ["4.1", "revokes nothing", (setup) => ({ ...createRuntime(setup), revoke: () => true })],
  ["4.2", "forgets the capabilities", without("capabilities")],
  ["4.3", "does not check parameters", dropping("parameters")],
  ["4.3", "forgets preconditions", withActions((action) => ({ ...action, preconditions: [] }))],
  ["4.4", "does not believe in definite failures", dropping("failures")],
  ["4.4", "takes all failures for definite", withTools((schema) => ({ ...schema, failures: "definite" }))],
  [
    "4.4",
    "does not tell what it does not know",
    telling((result) => ({ ...result, external_effects: "none", external_effects_remain: false })),
  ],
  ["4.5", "never retries", withActions((action) => ({ ...action, max_retries: 0 }))],
  ["4.5", "retries everything", withActions((action) => ({ ...action, failure_behavior: "retry" }))],
  ["4.5", "believes that every tool is idempotent", withTools((schema) => ({ ...schema, idempotent: true }))],
  ["4.5", "takes all failures for definite", withTools((schema) => ({ ...schema, failures: "definite" }))],
  ["4.6", "forgets the deadlines of tools", dropping("timeout_ms")],
  ["4.6", "gives compensations more time", withLimits({ compensation_timeout_ms: 60_000 })],
  ["4.6", "forgets timeouts", withActions(({ timeout_ms: _, ...action }) => action)],
  ["4.7", "forgets secrets", without("secrets")],
  ["4.9", "forgets what was claimed", withActions((action) => ({ ...action, expected_effects: {} }))],
  ["4.10", "does not check outputs", dropping("returns")],
  ["4.10", "has room for everything", withLimits({ max_resolved_bytes: 1e9 })],
  [
    "5.1",
    "has a store of its own for each run",
    (setup) => ({ ...createRuntime(setup), execute: (p, o) => createRuntime(setup).execute(p, o) }),
  ],
  [
    "5.2",
    "forgets compensations",
    withTools(({ compensation: _, ...schema }) => ({ ...schema, reversibility: "irreversible" })),
  ],
  ["5.2", "has no rate limits", dropping("rate_limit")],
  ["5.2", "does not charge", without("budget")],
  ["5.2", "revokes nothing", (setup) => ({ ...createRuntime(setup), revoke: () => true })],
  [
    "5.4",
    "takes all principals for one",
    (setup) => {
      const runtime = createRuntime(setup);
      return {
        ...runtime,
        execute: (proposal, options) => runtime.execute(proposal, { ...options, principal: "one" }),
      };
    },
  ],
  ["5.4", "takes nothing for idempotent", withActions((action) => ({ ...action, idempotent: false }))],
  ["5.4", "takes everything for idempotent", withActions((action) => ({ ...action, idempotent: true }))],
  ["5.5", "does not cache", dropping("cache_ttl_secs")],
  ["5.6", "has no rate limits", dropping("rate_limit")],
  ["5.7", "forgets the budget", without("budget")],
  [
    "5.8",
    "does not listen to signals",
    (setup) => {
      const runtime = createRuntime(setup);
      return { ...runtime, execute: (proposal) => runtime.execute(proposal) };
    },
  ],
  ["6.1", "asks no policy", without("policy")],
  ["6.5", "has nobody to ask", without("approver")],
  ["6.5", "asks once about each action", askingOnce],
  ["6.5", "lets approvals last", withLimits({ approval_ttl_ms: 1e9 })],
  ["6.5", "approves everything", (setup) => createRuntime({ ...setup, approver: () => true })],
  ["7.1", "tells subscribers nothing", (setup) => ({ ...createRuntime(setup), subscribe: () => () => undefined })],
];

/** Tests of the suite for one rule that fail on a mutant. */
async function failuresOf(mutant: Mutant, rule: string): Promise<readonly string[]> {
  const found: string[] = [];
  const tests: (readonly [string, () => void | Promise<void>])[] = [];
  const runner: TestRunner = {
    describe: (_name, body) => body(),
    it: (name, body) => void (name.startsWith(`[${rule}] `) && tests.push([name, body])),
  };
  testRuntime(runner, (setup: RuntimeSetup) => mutant(setup));
  for (const [name, body] of tests) {
    try {
      await body();
    } catch {
      found.push(name);
    }
  }
  return found;
}

describe("broken runtimes", () => {
  for (const [rule, how, mutant] of MUTANTS) {
    it(`[CFR-2] [${rule}] the suite rejects a runtime that ${how}`, async () => {
      expect(await failuresOf(mutant, rule), rule).not.toEqual([]);
    });
  }
});

/** Broken in ways that generated cases must find. */
const COMPARED = [
  "is always eager",
  "never retries",
  "forgets the policy",
  "forgets the budget",
  "does not cache",
  "forgets timeouts",
  "forgets compensations",
  "does not believe in definite failures",
  "forgets the deadlines of tools",
  "asks once about each action",
  "lets approvals last",
  "has places for all",
];

describe("broken runtimes and the reference interpreter", () => {
  for (const [, how, mutant] of MUTANTS.filter(([, name]) => COMPARED.includes(name))) {
    it(`[CFM-15] the comparison finds a runtime that ${how}`, async () => {
      const differs = fc.asyncProperty(anyModelCase, async (one) => {
        const place = { store: memoryStateStore(), clock: manualClock(), create: mutant };
        const steps = await compareWithModel(one, place);
        return steps.every(({ differences }) => differences.length === 0);
      });
      const { failed } = await fc.check(differs, { seed: 1, numRuns: 1_000, endOnFailure: true });
      expect(failed).toBe(true);
    });
  }
});
