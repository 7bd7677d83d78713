import { manualClock, type ManualClock } from "@car/conformance";
import { collectEvents } from "@car/conformance/internal";
import { replayState } from "@car/eventlog";
import type { CarEvent, ProposalInput, ProposalResult, StateEntry } from "@car/ir";
import type { StateStore } from "@car/ir/ports";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createRuntime } from "../create-runtime.js";
import { OutsideWorld } from "../testing/outside-world.js";
import { reopened } from "../testing/reopened.js";

type ActionInput = ProposalInput["actions"][number];

const anyAction = fc.record({
  kind: fc.constantFrom("write", "read", "note", "count", "charge", "put", "book", "flaky", "fail", "assert"),
  after: fc.nat({ max: 5 }),
  onFailure: fc.constantFrom("abort" as const, "skip" as const),
  refers: fc.boolean(),
});
const anyProposal = fc.array(anyAction, { minLength: 1, maxLength: 6 }).map((drafts): ProposalInput => {
  const actions = drafts.map(({ kind, after, onFailure, refers }, index): ActionInput => {
    const id = `a${index}`;
    // A pause before another attempt does not outlive the process, so beside it the order of what happens is not fixed.
    const before = drafts.some((draft) => draft.kind === "flaky") ? index - 1 : after;
    const dependencies = before >= 0 && before < index ? [`a${before}`] : [];
    const common = { id, dependencies, failure_behavior: onFailure };
    const earlier = drafts.findIndex((draft, at) => at < index && ["note", "put", "book"].includes(draft.kind));
    const parameters = refers && earlier >= 0 ? { of: `$a${earlier}.output.id` } : { n: index };
    switch (kind) {
      case "write":
        return { ...common, type: "state_write", parameters: { key: `w${index % 2}`, value: index } };
      case "read":
        return { ...common, type: "state_read", parameters: { key: "w0" } };
      case "assert":
        return { ...common, type: "assertion", parameters: { key: "w1", operator: "not_exists", expected: null } };
      case "flaky":
        return { ...common, type: "tool_call", tool: "flaky", failure_behavior: "retry" };
      default:
        return { ...common, type: "tool_call", tool: kind, parameters };
    }
  });
  return { id: "0123456789ab", actions };
});

/** Lets the clock run until the promise has settled. */
async function settled<T>(clock: ManualClock, promise: Promise<T>): Promise<T> {
  let isDone = false;
  const done = promise.finally(() => (isDone = true));
  done.catch(() => undefined);
  for (let turn = 0; !isDone && turn < 200; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
    if (!isDone) clock.advance(50);
  }
  return done;
}

function entriesOf(store: StateStore): readonly (readonly [string, StateEntry])[] {
  const view = store.view();
  return [...(view.entryKeys?.() ?? view.keys())].sort().map((key) => [key, view.entry(key)!] as const);
}

/** What must not depend on whether the process ended in between. */
function essence({ status, results, external_effects_remain, proposal_hash, run_id }: ProposalResult): object {
  const actions = results.map(
    ({ action_id, status: ended, output, reason, state_changes, rolled_back, compensated }) => ({
      ...{ action_id, ended, output, code: reason?.code, state_changes, rolled_back, compensated },
    }),
  );
  return { status, actions, external_effects_remain, proposal_hash, run_id };
}

interface Whole {
  readonly events: readonly CarEvent[];
  readonly world: OutsideWorld;
  readonly result: ProposalResult;
  readonly state: readonly (readonly [string, StateEntry])[];
}

async function runWhole(proposal: ProposalInput): Promise<Whole> {
  const world = new OutsideWorld();
  const clock = manualClock();
  const durable = await reopened([]);
  const runtime = createRuntime({ durable, clock, tools: world.tools, random: () => 0.5 });
  let logged = 0;
  runtime.subscribe(() => logged++);
  world.logged = () => logged;
  const result = await settled(clock, runtime.execute(proposal));
  return { events: await collectEvents(durable.eventLog), world, result, state: entriesOf(durable.state) };
}

interface Cut {
  readonly at: number;
  /** A call that was under way had reached the world. */
  readonly reached: boolean;
}

async function resume(whole: Whole, { at, reached }: Cut): Promise<void> {
  const world = new OutsideWorld(whole.world.calls.filter((call) => (reached ? call.at <= at : call.at < at)));
  const clock = manualClock();
  const durable = await reopened(whole.events.slice(0, at));
  const runtime = createRuntime({ durable, clock, tools: world.tools, random: () => 0.5 });
  const recovery = runtime.recover({
    onInDoubt: ({ tool, idempotency_key: key }) =>
      world.acted(key) > 0 ? { output: world.outputOf(tool, key) } : "rerun",
  });
  const { runs } = await settled(clock, recovery);
  expect(runs.map(({ result }) => essence(result))).toEqual([essence(whole.result)]);
  expect(runs.flatMap(({ in_doubt }) => in_doubt.filter(({ answer }) => answer === "failed"))).toEqual([]);
  expect(entriesOf(durable.state)).toEqual(whole.state);
  const events = await collectEvents(durable.eventLog);
  expect((await replayState(events)).entries()).toEqual(whole.state);
  expect(events.filter(({ kind }) => kind === "proposal_completed")).toHaveLength(1);
  for (const { key, tool } of world.calls) {
    if (["charge", "book", "unbook"].includes(tool)) expect(world.acted(key)).toBeLessThanOrEqual(1);
    expect(world.acted(key) > 0).toBe(whole.world.acted(key) > 0);
  }
}

describe("a run that is resumed", () => {
  it("[EN-50] [8.1] [7.6] after any prefix of its events ends as if nothing had happened", async () => {
    await fc.assert(
      fc.asyncProperty(anyProposal, async (proposal) => {
        const whole = await runWhole(proposal);
        // What was configured comes before the run's first event.
        const first = whole.events.findIndex(({ kind }) => kind === "proposal_received") + 1;
        for (let at = first; at < whole.events.length; at++) {
          await resume(whole, { at, reached: true });
          await resume(whole, { at, reached: false });
        }
      }),
      { numRuns: 8 },
    );
  });

  it("[EN-50] [8.1] is not taken up at all when its end is in the log", async () => {
    const whole = await runWhole({ actions: [{ id: "a", type: "tool_call", tool: "charge" }] });
    const world = new OutsideWorld();
    const runtime = createRuntime({ durable: await reopened(whole.events), tools: world.tools });
    expect(await runtime.recover()).toEqual({ runs: [] });
    expect(world.calls).toEqual([]);
  });
});
