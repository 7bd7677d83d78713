import fc from "fast-check";
import type { Origin, ProposalInput, StateEntry, ToolSchemaInput } from "@car/ir";
import { EMPTY_MEMORY, type ModelWorld, type ScriptedRule } from "../model/world.js";
import { anyActionDraft } from "./actions.js";
import { anyUndoCall, type CallDraft, callOf } from "./calls.js";
import { draftsIn, MOODS } from "./moods.js";
import { proposalOf } from "./proposal.js";
import { anyTools, toolName, UNDO_TOOL } from "./tools.js";
import { anyKey, anyValue, fractionOf, KEYS, seldom, weighted } from "./values.js";

/** One proposal of a case and the moment at which its caller gives up. */
export interface ModelStep {
  readonly proposal: ProposalInput;
  readonly cancelAtMs?: number;
}

/** One or two proposals, executed one after the other on one runtime. */
export interface ModelCase {
  readonly world: ModelWorld;
  readonly steps: readonly ModelStep[];
}

const anyRule: fc.Arbitrary<ScriptedRule> = fc
  .record({
    effect: weighted([3, "require_approval" as const], [3, "require_state" as const], [1, "deny" as const]),
    tool: fc.nat({ max: 3 }),
    key: anyKey,
    value: anyValue,
    trustsModel: fc.boolean(),
  })
  .map(({ effect, tool, key, value, trustsModel }) =>
    effect === "require_state"
      ? { effect, tool: toolName(tool), key, value, ...(trustsModel ? { trust: "model" as const } : {}) }
      : { effect, tool: toolName(tool) },
  );

const anyStateEntry = fc.record({
  value: anyValue,
  origin: weighted<Origin>([3, "host"], [1, "tool"], [1, "model"]),
  trusted: seldom(40, anyValue),
});

const anyBudget = fc.record({
  calls: seldom(50, fc.integer({ min: 0, max: 8 })),
  actions: seldom(40, fc.integer({ min: 0, max: 8 })),
  durationMs: seldom(30, fc.integer({ min: 1, max: 200 })),
  onExceeded: weighted([2, undefined], [1, "commit" as const], [1, "rollback" as const]),
});

const anySetting = fc.record({
  policy: weighted([6, 0], [2, 1], [1, 2]).chain((length) =>
    fc.array(anyRule, { minLength: length, maxLength: length }),
  ),
  approves: weighted([3, true], [1, false], [1, undefined]),
  deniedTool: seldom(4, fc.nat({ max: 3 })),
  allowedKeys: seldom(4, fc.subarray([...KEYS], { minLength: 1 })),
  maxActions: seldom(4, fc.integer({ min: 1, max: 8 })),
  budget: seldom(20, anyBudget),
  retryLimit: seldom(8, fc.integer({ min: 0, max: 2 })),
  defaultTimeoutMs: seldom(5, fc.constant(977)),
  maxConcurrency: weighted([6, undefined], [2, 1], [2, 2], [2, 3], [1, 4], [1, 5]),
  isEager: weighted([8, false], [1, true]),
  random: fc.constantFrom(0.5, 0, 0.25, 0.96875),
});

/** What `anySetting` makes. */
type Setting = typeof anySetting extends fc.Arbitrary<infer T> ? T : never;

/** Everything from which a case is put together. Shrinks part by part. */
const anyParts = fc.record({
  tools: anyTools,
  first: fc.array(anyActionDraft, { minLength: 1, maxLength: 9, size: "max" }),
  second: seldom(25, fc.array(anyActionDraft, { minLength: 1, maxLength: 4 })),
  isWild: weighted([24, false], [1, true]),
  mood: MOODS,
  entries: fc.array(seldom(70, anyStateEntry), { minLength: KEYS.length, maxLength: KEYS.length }),
  undoCalls: fc.array(anyUndoCall, { minLength: 1, maxLength: 5 }),
  cancelAtMs: seldom(6, fc.nat({ max: 60 })),
  setting: anySetting,
});

/** What `anyParts` makes. */
type Parts = typeof anyParts extends fc.Arbitrary<infer T> ? T : never;

/** A case: tools with a script, a configuration, a state, and one or two proposals. */
export const anyModelCase: fc.Arbitrary<ModelCase> = anyParts.map(caseOf);

function caseOf(parts: Parts): ModelCase {
  const { tools, first, second, isWild, setting } = parts;
  const { defaultTimeoutMs } = setting;
  const made = [first, ...(second === undefined ? [] : [second])].map((raw, index) => {
    const drafts = draftsIn(parts.mood, raw);
    return proposalOf({ drafts, prefix: index === 0 ? "a" : "b", tools, isWild, defaultTimeoutMs });
  });
  const calls = Object.fromEntries(made.flatMap((one) => Object.entries(one.calls)));
  const approvalMs = Object.fromEntries(Object.keys(calls).map((id, index) => [id, 2 + fractionOf(800_000 + index)]));
  const script = { calls, approvalMs, undoTools: [UNDO_TOOL], undoCalls: parts.undoCalls.map(undoCallOf) };
  const steps = made.map(({ proposal }, index) => {
    const cancels = index === 0 && parts.cancelAtMs !== undefined;
    return cancels ? { proposal, cancelAtMs: cancelTime(parts.cancelAtMs) } : { proposal };
  });
  return { steps, world: worldOf({ tools, script, setting, entries: parts.entries }) };
}

function undoCallOf(draft: CallDraft, index: number): ModelWorld["script"]["undoCalls"][number] {
  return callOf(draft, { serial: 900_000 + index, id: UNDO_TOOL, writable: [] });
}

/** Zero stays zero (canceled before it began); other moments lie between whole milliseconds. */
function cancelTime(ms: number | undefined): number {
  return ms === undefined || ms === 0 ? 0 : ms + 0.4375;
}

function worldOf(from: {
  readonly tools: readonly ToolSchemaInput[];
  readonly script: ModelWorld["script"];
  readonly setting: Setting;
  readonly entries: Parts["entries"];
}): ModelWorld {
  const { setting } = from;
  const { calls, actions, durationMs, onExceeded } = setting.budget ?? {};
  return {
    tools: from.tools,
    script: from.script,
    memory: { ...EMPTY_MEMORY, state: stateOf(from.entries) },
    policy: setting.policy,
    ...(setting.approves === undefined ? {} : { approves: setting.approves }),
    capabilities: {
      ...(setting.deniedTool === undefined ? {} : { denied_tools: [toolName(setting.deniedTool)] }),
      ...(setting.allowedKeys === undefined ? {} : { allowed_state_keys: setting.allowedKeys }),
      ...(setting.maxActions === undefined ? {} : { max_actions: setting.maxActions }),
    },
    budget: {
      ...(calls === undefined ? {} : { max_tool_calls: calls }),
      ...(actions === undefined ? {} : { max_actions: actions }),
      ...(durationMs === undefined ? {} : { max_duration_ms: durationMs + 0.3125 }),
      ...(onExceeded === undefined ? {} : { on_exceeded: onExceeded }),
    },
    limits: {
      ...(setting.retryLimit === undefined ? {} : { max_retries: setting.retryLimit }),
      ...(setting.defaultTimeoutMs === undefined ? {} : { default_timeout_ms: setting.defaultTimeoutMs }),
    },
    ...(setting.maxConcurrency === undefined ? {} : { maxConcurrency: setting.maxConcurrency }),
    ...(setting.isEager ? { schedule: "eager" as const } : {}),
    random: setting.random,
  };
}

/** Entries of a state after one commit. */
function stateOf(entries: Parts["entries"]): ReadonlyMap<string, StateEntry> {
  const present = KEYS.flatMap((key, index): readonly (readonly [string, StateEntry])[] => {
    const entry = entries[index];
    if (entry === undefined) return [];
    const { value, origin, trusted } = entry;
    const under =
      origin === "model" && trusted !== undefined ? { trusted: { value: trusted, origin: "host" as const } } : {};
    return [[key, { value, origin, version: 1, ...under }]];
  });
  return new Map(present);
}
