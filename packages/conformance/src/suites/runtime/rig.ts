import type { JsonObject, LiveEvent, ProposalInput, ProposalResult, ToolSchemaInput } from "@car/ir";
import type { Tool, ToolContext } from "@car/ir/ports";
import { assertEqual } from "../../assert.js";
import { countingIds } from "../../clock/counting-ids.js";
import { type ManualClock, manualClock } from "../../clock/manual-clock.js";
import { settledIn } from "../../clock/settled-in.js";
import type { ExecutionSetup, RuntimeFactory, RuntimeSetup, RuntimeUnderTest } from "./runtime-under-test.js";

/** One action as a test writes it. */
export type ActionInput = ProposalInput["actions"][number];

/** What a test tool gets. */
export interface ToolCallUnderTest {
  readonly parameters: JsonObject;
  readonly context: ToolContext;
  readonly clock: ManualClock;
  /** 1 for the first call of this tool in the test. */
  readonly count: number;
}

/** A tool of a test: the fields of its schema, and what it does (by default: answers null at once). */
export interface ToolUnderTest extends Omit<ToolSchemaInput, "name"> {
  readonly run?: (call: ToolCallUnderTest) => unknown;
}

/** A runtime's options with tools by name. */
export interface RuleSetup extends Omit<RuntimeSetup, "tools" | "clock" | "ids"> {
  readonly tools?: Readonly<Record<string, ToolUnderTest>>;
}

/** A runtime over a clock that stands still, and what it was seen doing. */
export interface Rig {
  readonly clock: ManualClock;
  readonly runtime: RuntimeUnderTest;
  /** Everything that was recorded since the runtime was made. */
  readonly events: readonly LiveEvent[];
  /** Calls of tools as `"<ms> <action id>"`, in the order of calling. */
  readonly calls: readonly string[];
  /** Executes actions as one proposal and lets time pass until it has ended. */
  run(actions: readonly ActionInput[], options?: ExecutionSetup): Promise<ProposalResult>;
  /** Lets time pass until `promise` settles. */
  settle<T>(promise: Promise<T>): Promise<T>;
  /** A tool that this rig watches, for `registerTool`. */
  tool(name: string, tool: ToolUnderTest): Tool;
}

/** One rule of the contract as a test. */
export interface Rule {
  readonly name: string;
  readonly setup: RuleSetup;
  readonly body: (rig: Rig) => void | Promise<void>;
}

/** A test whose name starts with the numbers of the rules it proves. */
export function rule(name: string, setup: RuleSetup, body: Rule["body"]): Rule {
  return { name, setup, body };
}

/** Makes a runtime, runs the rule's body on it and closes it. */
export async function prove({ setup, body }: Rule, create: RuntimeFactory): Promise<void> {
  const clock = manualClock();
  const calls: string[] = [];
  const watched = (name: string, tool: ToolUnderTest): Tool => watchedTool({ name, tool, clock, calls });
  const { tools = {}, ...options } = setup;
  const runtime = create({
    ...options,
    tools: Object.entries(tools).map(([name, tool]) => watched(name, tool)),
    clock,
    ids: countingIds(),
  });
  const events: LiveEvent[] = [];
  runtime.subscribe((event) => events.push(event));
  const settle = <T>(promise: Promise<T>): Promise<T> => settledIn(clock, promise);
  const run: Rig["run"] = (actions, execution) => {
    const running = settle(runtime.execute({ actions }, execution)).then((result) => withAllResults(result, actions));
    // A rule that fails before it awaits this must not fail a second time.
    running.catch(() => undefined);
    return running;
  };
  try {
    await body({ clock, runtime, events, calls, run, settle, tool: watched });
  } finally {
    await settle(runtime.close());
  }
}

/** Whatever else a rule says: one result per action, in the proposal's order. */
function withAllResults(result: ProposalResult, actions: readonly ActionInput[]): ProposalResult {
  const named = result.results.map(({ action_id }) => action_id);
  assertEqual(
    named,
    actions.map(({ id }) => id),
    "actions with results",
  );
  return result;
}

/** Resolves `value` after `ms` milliseconds of the clock. */
export function later<T>(clock: ManualClock, ms: number, value: T): Promise<T> {
  return new Promise((resolve) => clock.setTimer(() => resolve(value), ms));
}

/** Rejects with `error` after `ms` milliseconds of the clock. */
export function failLater(clock: ManualClock, ms: number, error: Error): Promise<never> {
  return new Promise((_, reject) => clock.setTimer(() => reject(error), ms));
}

/** Never settles. */
export function forever(): Promise<never> {
  return new Promise(() => undefined);
}

function watchedTool(at: { name: string; tool: ToolUnderTest; clock: ManualClock; calls: string[] }): Tool {
  const { run, ...schema } = at.tool;
  let count = 0;
  return {
    schema: { name: at.name, ...schema },
    execute(parameters, context) {
      count += 1;
      at.calls.push(`${at.clock.now()} ${context.actionId}`);
      return run?.({ parameters, context, clock: at.clock, count });
    },
  };
}
