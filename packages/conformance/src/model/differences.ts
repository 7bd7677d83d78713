import type { ActionResult, ProposalResult, StateEntry } from "@car/ir";
import type { ModelActionOutcome, ModelCall, ModelOutcome } from "./outcome.js";
import { canonicalText } from "./json-text.js";

/** What a runtime did with a proposal. */
export interface ObservedRun {
  readonly result: ProposalResult;
  /** Calls of tools; `at` counts from the start of the run. */
  readonly calls: readonly ModelCall[];
  /** The committed state afterwards. */
  readonly state: ReadonlyMap<string, StateEntry>;
}

/** Where `observed` is not what the model says, one line each; empty when they agree. */
export function differences(model: ModelOutcome, observed: ObservedRun): readonly string[] {
  const { result } = observed;
  const pairs: readonly Pair[] = [
    ["status", model.status, result.status],
    ["external_effects", model.external_effects, result.external_effects],
    ["external_effects_remain", model.external_effects !== "none", result.external_effects_remain],
    ...model.actions.flatMap((action, index) => actionPairs({ model, action, actual: result.results[index] })),
    ["number of results", model.actions.length, result.results.length],
    ...(model.status === "rejected" ? refusalPairs(model, result) : runPairs(model, observed)),
    ["state", stateText(model.memory.state), stateText(observed.state)],
  ];
  return pairs
    .filter(([, expected, actual]) => text(expected) !== text(actual))
    .map(([what, expected, actual]) => `${what}: the model says ${text(expected)}, the runtime ${text(actual)}`);
}

type Pair = readonly [what: string, expected: unknown, actual: unknown];

function actionPairs(at: {
  readonly model: ModelOutcome;
  readonly action: ModelActionOutcome;
  readonly actual: ActionResult | undefined;
}): readonly Pair[] {
  const { action, actual } = at;
  const name = `action \`${action.action_id}\``;
  // The reasons of a refused proposal are compared as a whole: the contract does not divide them among the actions.
  const reason: readonly Pair[] =
    at.model.status === "rejected"
      ? []
      : [
          [`${name} reason`, action.code, actual?.reason?.code],
          [`${name} outcome`, action.outcome, actual?.reason?.outcome],
          ...optionalPairs(name, action, actual),
          [`${name} cause of skip`, action.blamed, acceptedBlame(action, actual)],
        ];
  return [
    [`${name} id`, action.action_id, actual?.action_id],
    [`${name} status`, action.status, actual?.status],
    ...reason,
    [`${name} attempts`, action.attempts, actual?.attempts],
    [`${name} output`, action.output, actual?.output],
    [`${name} state_changes`, action.state_changes, actual?.state_changes],
    [`${name} state_deletes`, [...action.state_deletes].sort(), [...(actual?.state_deletes ?? [])].sort()],
    [`${name} read`, action.read, actual?.read],
    [`${name} deduplicated`, action.deduplicated, actual?.deduplicated],
    [`${name} cached`, action.cached, actual?.cached],
    [`${name} rolled_back`, action.rolled_back, actual?.rolled_back],
    [`${name} compensated`, action.compensated, actual?.compensated],
  ];
}

/** What the model speaks of only where the contract does. */
function optionalPairs(name: string, action: ModelActionOutcome, actual: ActionResult | undefined): readonly Pair[] {
  const pairs: readonly Pair[] = [
    [`${name} class`, action.class, actual?.reason?.class],
    [`${name} limit`, action.limit, actual?.reason?.limit],
  ];
  return pairs.filter(([, expected]) => expected !== undefined);
}

/** The model's own answer when the runtime names one of the actions that may be named. */
function acceptedBlame({ blamed }: ModelActionOutcome, actual: ActionResult | undefined): unknown {
  const named = actual?.reason?.action_id;
  if (blamed === undefined) return undefined;
  return named !== undefined && blamed.includes(named) ? blamed : named;
}

function refusalPairs({ problems }: ModelOutcome, { reasons }: ProposalResult): readonly Pair[] {
  const codes = (list: readonly { readonly code: string }[]): readonly string[] =>
    [...new Set(list.map(({ code }) => code))].sort();
  return [["codes of the refusal", codes(problems), codes(reasons)]];
}

function runPairs(model: ModelOutcome, { result, calls }: ObservedRun): readonly Pair[] {
  const { tool_calls, actions_executed, actions_rejected, actions_skipped, retries, wall_ms } = result.cost;
  return [
    ["calls", model.calls.map(callText), calls.map(callText)],
    ["cost", model.cost, { tool_calls, actions_executed, actions_rejected, actions_skipped, retries }],
    ["cause", model.cause?.code, result.cause?.code],
    ["wall_ms", model.wall_ms, wall_ms],
  ];
}

function callText({ tool, action_id, attempt, parameters, at }: ModelCall): string {
  const who = action_id === undefined ? "" : ` for ${action_id} #${attempt}`;
  return `${at.toFixed(4)} ${tool}${who} ${canonicalText(parameters)}`;
}

/** Values and origins; version numbers are the store's own business. */
function stateText(state: ReadonlyMap<string, StateEntry>): readonly string[] {
  return [...state].map(([key, { value, origin, trusted }]) => `${key}=${text({ value, origin, trusted })}`).sort();
}

function text(value: unknown): string {
  if (value === undefined) return "nothing";
  return canonicalText(JSON.parse(JSON.stringify(value)) as Parameters<typeof canonicalText>[0]);
}
