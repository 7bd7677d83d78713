import { createRuntime, type Runtime, type RuntimeOptions } from "@car/engine";
import { memoryEventLog } from "@car/eventlog";
import { Action } from "@car/ir";
import type { PolicyEngine, PolicyRequest } from "@car/ir/ports";
import {
  allowToolParam,
  denyFlow,
  denyToolParam,
  maxCalls,
  mustPrecede,
  neverAfter,
  neverTogether,
  requireState,
  rulePolicy,
  trustedOnly,
} from "@car/policy";
import type { DataRule } from "@car/policy/document";
import { call, committed, noop, parameters, params, proposal } from "../fixtures.js";
import { interleave, median, percentile, type Side } from "../measure.js";

const PLAIN = denyToolParam({ tool: "noop", param: "path", contains: "/etc/" });
const FLOW = denyFlow({ from: "confidential", to: "noop" });
const CALLS = 1_000;

/** Prints what rules and label tracking cost. Wall time; the machine should have nothing else to do. */
export async function measureCost(rounds: number): Promise<readonly object[]> {
  const decisions = measureDecisions(rounds);
  const tracking = [
    ...(await measureTracking("W1", rounds, oneByOne)),
    ...(await measureTracking("W2", rounds, independent)),
    ...(await measureTracking("W3", rounds, chain)),
  ];
  const rows = [...decisions, ...tracking];
  for (const row of rows) console.log(`   ${Object.values(row).join("  ")}`);
  return rows;
}

/** Ten rules that see one tool, of ten kinds, among 1,000 rules for as many others. */
function measureDecisions(rounds: number): readonly object[] {
  const ten: readonly DataRule[] = [
    PLAIN,
    FLOW,
    denyToolParam({ tool: "n*", param: "mode", equals: "c" }),
    allowToolParam({ tool: "noop", param: "path", startsWith: "src/" }),
    requireState({ key: "ready", value: true, tools: ["noop"] }),
    trustedOnly({ tool: "noop", param: "path", after: "untrusted" }),
    maxCalls({ tool: "noop", max: 1_000_000 }),
    mustPrecede({ first: "check", then: "noop" }),
    neverAfter({ first: "shell", then: "noop" }),
    neverTogether({ tools: ["noop", "shell"] }),
  ];
  const others = Array.from({ length: 1_000 }, (_, index) => ({ ...PLAIN, tool: `tool_${index}` }));
  const cases: readonly (readonly [string, PolicyEngine])[] = [
    ["1 rule among 1,000 over 1,000 tools", rulePolicy([PLAIN, ...others])],
    ["10 rules (flow, order, parameters) alone", rulePolicy(ten)],
    ["10 rules among 1,000 over 1,000 tools", rulePolicy([...ten, ...others])],
  ];
  return cases.map(([what, engine]) => ({ what, us: decisionUs(engine, rounds).toFixed(3), unit: "us per decision" }));
}

function decisionUs(engine: PolicyEngine, rounds: number): number {
  const action = Action.parse({ id: "a", type: "tool_call", tool: "noop", parameters: params });
  const request: PolicyRequest = {
    ...{ action, parameters: params, principal: "p", run_id: "r", proposal_id: "p" },
    ...{ attempt: 1, now: 0, mode: "decide" },
    flow: {
      context: [],
      labels: () => [],
      origins: () => [],
      provenance: () => ({ source: "request", labels: [] }),
    },
    history: { tools: () => ["check"], calls: () => 0, succeeded: () => 1, values: () => new Set() },
  };
  const state = { get: () => true };
  const count = 200_000;
  const round = (): number => {
    const start = performance.now();
    for (let index = 0; index < count; index++) {
      if ((engine.check(request, state) as { effect: string }).effect !== "allow") throw new Error("denied");
    }
    return ((performance.now() - start) * 1_000) / count;
  };
  for (let warm = 0; warm < 3; warm++) round();
  return median(Array.from({ length: rounds }, round));
}

type Execute = (input: unknown) => ReturnType<Runtime["execute"]>;

/** One workload without tracking, with it, and with it in a session whose model has been shown labelled data. */
async function measureTracking(
  workload: string,
  rounds: number,
  body: (execute: Execute) => Promise<number>,
): Promise<readonly object[]> {
  const off = runtimeWith([PLAIN]);
  const on = runtimeWith([PLAIN, FLOW]);
  const sides: Side[] = [
    { name: "off", round: () => body((input) => off.execute(input)) },
    { name: "on", round: () => body((input) => on.execute(input)) },
    {
      name: "on, in a session",
      round: () => {
        const session = on.session({ request: "Please look at src/index.ts" });
        return body((input) => session.execute(input));
      },
    },
  ];
  const costs = await interleave(sides, rounds);
  return costs.map(({ name, value, ratio }) => ({
    what: `${workload} label tracking ${name}`.padEnd(40),
    us: value.toFixed(2),
    unit: "us per call",
    ratio: `${ratio.toFixed(2)}x`,
  }));
}

function runtimeWith(rules: readonly DataRule[], options: RuntimeOptions = {}): Runtime {
  return createRuntime({
    tools: [{ schema: { name: "noop", parameters, source_label: "untrusted" }, execute: noop }],
    policy: rulePolicy(rules),
    eventLog: memoryEventLog({ maxEvents: 100_000 }),
    maxConcurrency: CALLS,
    ...options,
  });
}

const ONE = Array.from({ length: CALLS }, (_, index) => proposal([call(`a${index}`)]));
const MANY = proposal(Array.from({ length: CALLS }, (_, index) => call(`a${index}`, { failure_behavior: "skip" })));
const CHAIN = proposal(
  Array.from({ length: CALLS }, (_, index) =>
    call(`a${index}`, {
      ...(index > 0 && { state_dependencies: [`k${index - 1}`] }),
      expected_effects: { [`k${index}`]: true },
    }),
  ),
);

async function oneByOne(execute: Execute): Promise<number> {
  const times: number[] = [];
  for (const each of ONE) {
    const start = performance.now();
    const result = await execute(each);
    times.push((performance.now() - start) * 1_000);
    committed(result);
  }
  return percentile(times, 0.5);
}

const independent = (execute: Execute): Promise<number> => perCall(execute, MANY);
const chain = (execute: Execute): Promise<number> => perCall(execute, CHAIN);

async function perCall(execute: Execute, one: unknown): Promise<number> {
  const start = performance.now();
  for (let repeat = 0; repeat < 5; repeat++) committed(await execute(one));
  return ((performance.now() - start) * 1_000) / 5 / CALLS;
}
