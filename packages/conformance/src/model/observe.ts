import type { BudgetInput, Capabilities, LimitsInput, ProposalInput, ProposalResult, StateEntry } from "@car/ir";
import type { Approver, Clock, PolicyEngine, RandomSource, StateStore, Tool } from "@car/ir/ports";
import type { ManualClock } from "../clock/manual-clock.js";
import { settledIn } from "../clock/settled-in.js";
import type { ModelCase, ModelStep } from "../generators/model-case.js";
import { differences } from "./differences.js";
import type { ModelOutcome } from "./outcome.js";
import { runModel } from "./run-model.js";
import { scriptedPolicy } from "./scripted-policy.js";
import { answers } from "./scripted-call.js";
import { type ScriptedTools, scriptedTools } from "./scripted-tools.js";
import type { ModelWorld } from "./world.js";

/** What a runtime under comparison must be built with. */
export interface ComparisonOptions {
  readonly tools: readonly Tool[];
  readonly policy: PolicyEngine;
  readonly approver?: Approver;
  readonly capabilities: Capabilities;
  readonly budget: BudgetInput;
  readonly limits: LimitsInput;
  readonly maxConcurrency?: number;
  readonly schedule?: "eager";
  readonly clock: Clock;
  readonly random: RandomSource;
  readonly state: StateStore;
}

/** What one execution is given. */
interface ExecutionOptions {
  readonly signal?: AbortSignal;
  readonly principal?: string;
}

/** What a runtime under comparison must be able to do. */
export interface ComparedRuntime {
  execute(proposal: ProposalInput, options: ExecutionOptions): Promise<ProposalResult>;
  revoke(tool: string): boolean;
  close(): Promise<void>;
}

/** How a case is brought to a runtime. */
export interface Comparison {
  /** A fresh store. */
  readonly store: StateStore;
  readonly clock: ManualClock;
  readonly create: (options: ComparisonOptions) => ComparedRuntime;
}

/** How one proposal of a case went on both sides. */
export interface ComparedStep {
  readonly model: ModelOutcome;
  readonly result: ProposalResult;
  readonly differences: readonly string[];
}

/**
 * Runs the proposals of a case on a runtime and in the model. Stops at the first one that the contract does not
 * decide (`undecided`), or on which they differ.
 */
export async function compareWithModel({ world, steps }: ModelCase, at: Comparison): Promise<readonly ComparedStep[]> {
  const scripted = scriptedTools(withHolders(world, steps), at.clock);
  await at.store.commit({
    entries: new Map([...world.memory.state].map(([key, entry]) => [key, { ...entry, version: 0 }])),
  });
  const runtime = at.create(optionsOf(world, { scripted, ...at }));
  const compared: ComparedStep[] = [];
  let before: ModelWorld = world;
  for (const step of steps) {
    const now = at.clock.now();
    const memory = { ...before.memory, now, state: entriesOf(at.store) };
    const { proposal } = step;
    const model = runModel(proposal, worldAt(step, { ...before, memory }));
    const holders = await startHolders(runtime, step, at.clock);
    for (const { tool, afterMs } of step.revokes ?? []) at.clock.setTimer(() => runtime.revoke(tool), afterMs);
    const result = await settledIn(at.clock, runtime.execute(proposal, executionOf(step, at.clock)));
    await settledIn(at.clock, Promise.all(holders));
    const made = scripted.takeCalls().filter(({ action_id }) => action_id?.startsWith(HOLDER) !== true);
    const calls = made.map((call) => ({ ...call, at: call.at - now }));
    const found = model.undecided ? [] : differences(model, { result, calls, state: entriesOf(at.store) });
    compared.push({ model, result, differences: found });
    if (model.undecided || found.length > 0) break;
    before = { ...before, memory: model.memory };
  }
  await settledIn(at.clock, runtime.close());
  return compared;
}

function optionsOf(world: ModelWorld, at: Comparison & { readonly scripted: ScriptedTools }): ComparisonOptions {
  const { approves, maxConcurrency, schedule } = world;
  return {
    tools: at.scripted.tools,
    policy: scriptedPolicy(world.policy),
    ...(approves === undefined ? {} : { approver: slowApprover(world, approves, at.clock) }),
    capabilities: world.capabilities,
    budget: world.budget,
    limits: world.limits,
    ...(maxConcurrency === undefined ? {} : { maxConcurrency }),
    ...(schedule === undefined ? {} : { schedule }),
    clock: at.clock,
    random: () => world.random,
    state: at.store,
  };
}

function slowApprover({ script, deniesFrom = Infinity }: ModelWorld, approves: boolean, clock: Clock): Approver {
  const questions = new Map<string, number>();
  return ({ action_id, tool }) => {
    const call = `${action_id} ${tool}`;
    const question = (questions.get(call) ?? 0) + 1;
    questions.set(call, question);
    const answer = approves && question < deniesFrom;
    return new Promise((resolve) => clock.setTimer(() => resolve(answer), script.approvalMs[action_id] ?? 0));
  };
}

/** The world as it is for one step. */
export function worldAt({ revokes = [], cancelAtMs, holds, principal }: ModelStep, before: ModelWorld): ModelWorld {
  const { memory } = before;
  const revocations = new Map(memory.revocations);
  for (const { tool, afterMs } of revokes) revocations.set(tool, memory.now + afterMs);
  return {
    ...before,
    memory: { ...memory, revocations },
    ...(cancelAtMs === undefined ? {} : { cancelAtMs }),
    ...(holds === undefined ? {} : { holds }),
    ...(principal === undefined ? {} : { principal }),
  };
}

/** Starts the ids of the actions of other runs, which only hold places. */
const HOLDER = "holder";

function withHolders(world: ModelWorld, steps: readonly ModelStep[]): ModelWorld {
  const holds = steps.flatMap((step) => step.holds ?? []);
  const calls = holds.map(({ ms }, index) => [`${HOLDER}${index}`, [answers(null, ms)]] as const);
  return { ...world, script: { ...world.script, calls: { ...world.script.calls, ...Object.fromEntries(calls) } } };
}

/** Starts other runs that hold the places; resolves when they do, to the promise of their ends. */
async function startHolders(
  runtime: ComparedRuntime,
  { holds = [] }: ModelStep,
  clock: ManualClock,
): Promise<readonly Promise<unknown>[]> {
  const ends = holds.map(({ tool }, index) => {
    const action = { id: `${HOLDER}${index}`, type: "tool_call" as const, tool, parameters: { n: 99 } };
    return runtime.execute({ actions: [{ ...action, failure_behavior: "skip" as const }] }, {});
  });
  if (holds.length > 0) await clock.advanceAsync(0);
  return ends;
}

function executionOf({ cancelAtMs, principal }: ModelStep, clock: Clock): ExecutionOptions {
  const whose = principal === undefined ? {} : { principal };
  if (cancelAtMs === undefined) return whose;
  const controller = new AbortController();
  if (cancelAtMs === 0) controller.abort();
  else clock.setTimer(() => controller.abort(), cancelAtMs);
  return { ...whose, signal: controller.signal };
}

function entriesOf(store: StateStore): ReadonlyMap<string, StateEntry> {
  const view = store.view();
  // `keys` leaves out keys of which only the trusted value is left; the case's keys are known.
  const keys = new Set([...view.keys(), "k0", "k1", "k2", "k3"]);
  return new Map(
    [...keys].flatMap((key) => {
      const entry = view.entry(key);
      return entry === undefined ? [] : [[key, entry] as const];
    }),
  );
}
