import { manualClock } from "@car/conformance";
import {
  Budget,
  type BudgetInput,
  type Capabilities,
  type JsonValue,
  Limits,
  type LimitsInput,
  parseProposal,
  type ProposalInput,
} from "@car/ir";
import { capabilityGuard } from "@car/ir/internal";
import type { ApprovalStore, Approver, PolicyEngine, Tool } from "@car/ir/ports";
import { memoryStateStore } from "@car/state";
import { createSchemaCompiler } from "@car/validator";
import { BudgetMeter } from "../budget/budget-meter.js";
import { initialTools, toolView } from "../config/config-holder.js";
import type { ConfigSnapshot } from "../config/config-snapshot.js";
import type { RegistrationContext } from "../config/registered-tool.js";
import type { GateAnswer, Passing } from "../gates/gate.js";
import { buildPlan, type Plan } from "../plan/plan.js";
import { createReceipts } from "../reuse/receipts.js";
import type { Outcome } from "../run/outcome.js";
import type { Run } from "../run/run.js";
import { RunState } from "../run/run-state.js";
import { Board } from "../run/board.js";
import { type Slot } from "../run/slot.js";
import { isWait, type WaitEnd, type WaitFor } from "../run/wait.js";
import type { CallHistory } from "../session/call-history.js";
import { TimerQueue } from "../time/timer-queue.js";

/** What a run made by hand is made of. */
export interface HandMade {
  readonly actions: ProposalInput["actions"];
  readonly tools?: readonly Tool[];
  readonly policy?: PolicyEngine;
  readonly capabilities?: Capabilities;
  readonly budget?: BudgetInput;
  readonly limits?: LimitsInput;
  readonly state?: Readonly<Record<string, JsonValue>>;
  readonly approver?: Approver;
  readonly approvals?: ApprovalStore;
  readonly hasRoom?: boolean;
  readonly history?: CallHistory;
  readonly isChild?: boolean;
  readonly principal?: string;
}

/** A run without a runtime, as gates see it: nothing of it goes on by itself, and what it leaves is in `events`. */
export function handMadeRun(made: HandMade) {
  const clock = manualClock(1_000);
  const registration = registrationOf(clock);
  const config = configOf(made, registration);
  const plan = planOf(made, config);
  const board = new Board(plan);
  board.begin(false);
  const events: (readonly [kind: string, data: unknown])[] = [];
  const { limits } = config;
  const extras = { resolvedBytes: 0, isRestChecked: false };
  const slot = (id: string): Slot => board.slots.find(({ action }) => action.id === id)!;
  const run = {
    plan,
    config,
    board,
    scope: { run_id: "run", proposal_id: "proposal" },
    principal: made.principal ?? "ann",
    parent: made.isChild === true ? {} : undefined,
    state: new RunState(memoryStateStore(made.state)),
    budget: config.budget && new BudgetMeter(config.budget),
    history: made.history,
    epoch: clock.now(),
    elapsed: 0,
    time: clock.now(),
    extras,
    ownExtras: extras,
    tick: () => {
      run.time = clock.now();
      run.elapsed = run.time - run.epoch;
    },
    record: (kind: string, _slot: unknown, data: unknown) => void events.push([kind, data]),
    host: {
      timers: registration.timers,
      approver: made.approver,
      approvals: made.approvals && {
        store: made.approvals,
        ttlMs: limits.approval_ttl_ms,
        hasRoom: () => made.hasRoom !== false,
      },
      receipts: createReceipts({
        maxEntries: limits.max_receipts,
        ttlMs: limits.receipt_ttl_ms,
        now: () => clock.now(),
      }),
      logger: { debug: ignore, info: ignore, warn: ignore, error: ignore },
    },
    // Of scope and parent a gate reads names only, of the extras what is above.
  } as unknown as Run & { time: number; elapsed: number };
  return {
    run,
    board,
    clock,
    events,
    slot,
    /** Ends an action, as if its tool had answered. */
    end: (id: string, outcome: Outcome) => board.end(slot(id), outcome, run.elapsed),
    later: (ms: number) => {
      clock.advance(ms);
      run.tick();
    },
  };
}

const ignore = (): void => undefined;

function registrationOf(clock: ReturnType<typeof manualClock>): RegistrationContext {
  return {
    compiler: createSchemaCompiler(),
    timers: new TimerQueue(clock),
    now: () => clock.now(),
    maxCachedResults: 100,
    buckets: new Map(),
  };
}

function configOf(made: HandMade, registration: RegistrationContext): ConfigSnapshot {
  const limits = Limits.parse(made.limits ?? {});
  return {
    ...toolView(initialTools(made.tools ?? [], registration)),
    version: 1,
    policy: made.policy,
    capabilities: made.capabilities && capabilityGuard(made.capabilities),
    budget: made.budget && Budget.parse(made.budget),
    limits,
    outputLimits: { maxDepth: limits.max_depth, maxBytes: limits.max_output_bytes },
    maxConcurrency: 256,
    schedule: "safe",
  };
}

/** A plan with problems is a plan: what admission refuses, a gate refuses too. */
function planOf({ actions }: HandMade, config: ConfigSnapshot): Plan {
  const planned = buildPlan(parseProposal({ actions }), config);
  if (!("problems" in planned)) return planned;
  throw new TypeError(planned.problems.map(({ message }) => message).join("; "));
}

/** Asked before a call that has not been tried. */
export const FIRST: Passing = { isAgain: false };

/** Asked once more. */
export const AGAIN: Passing = { isAgain: true };

/** The wait that a gate needs. */
export function waitOf(answer: GateAnswer): WaitFor<unknown, GateAnswer> {
  if (!isWait(answer)) throw new TypeError("the gate does not wait");
  Promise.resolve(answer.promise).catch(ignore);
  return answer;
}

/** What a gate says when its promise has settled. */
export async function ended(answer: GateAnswer): Promise<GateAnswer> {
  const wait = waitOf(answer);
  const end = await Promise.resolve(wait.promise).then(
    (value): WaitEnd<unknown> => ({ kind: "value", value }),
    (error: unknown): WaitEnd<unknown> => ({ kind: "error", error }),
  );
  return wait.next(end);
}
