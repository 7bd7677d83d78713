import type { BudgetInput, Capabilities, LimitsInput, ProposalInput, ProposalResult, StateEntry } from "@car/ir";
import type { Approver, Clock, PolicyEngine, RandomSource, StateStore, Tool } from "@car/ir/ports";
import type { ManualClock } from "../clock/manual-clock.js";
import { settledIn } from "../clock/settled-in.js";
import type { ModelCase } from "../generators/model-case.js";
import { differences } from "./differences.js";
import type { ModelOutcome } from "./outcome.js";
import { runModel } from "./run-model.js";
import { scriptedPolicy } from "./scripted-policy.js";
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

/** What a runtime under comparison must be able to do. */
export interface ComparedRuntime {
  execute(proposal: ProposalInput, options: { readonly signal?: AbortSignal }): Promise<ProposalResult>;
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
  const scripted = scriptedTools(world, at.clock);
  await at.store.commit({
    entries: new Map([...world.memory.state].map(([key, entry]) => [key, { ...entry, version: 0 }])),
  });
  const runtime = at.create(optionsOf(world, { scripted, ...at }));
  const compared: ComparedStep[] = [];
  let before: ModelWorld = world;
  for (const { proposal, cancelAtMs } of steps) {
    const now = at.clock.now();
    const memory = { ...before.memory, now, state: entriesOf(at.store) };
    const model = runModel(proposal, { ...before, memory, ...(cancelAtMs === undefined ? {} : { cancelAtMs }) });
    const result = await settledIn(at.clock, runtime.execute(proposal, signalAt(at.clock, cancelAtMs)));
    const calls = scripted.takeCalls().map((call) => ({ ...call, at: call.at - now }));
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

function slowApprover({ script }: ModelWorld, approves: boolean, clock: Clock): Approver {
  return ({ action_id }) =>
    new Promise((resolve) => clock.setTimer(() => resolve(approves), script.approvalMs[action_id] ?? 0));
}

function signalAt(clock: Clock, cancelAtMs: number | undefined): { readonly signal?: AbortSignal } {
  if (cancelAtMs === undefined) return {};
  const controller = new AbortController();
  if (cancelAtMs === 0) controller.abort();
  else clock.setTimer(() => controller.abort(), cancelAtMs);
  return { signal: controller.signal };
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
