import fc from "fast-check";
import type { BudgetInput, Capabilities, LimitsInput } from "@car/ir";
import type { ModelWorld } from "../model/world.js";
import { LARGE } from "./calls.js";
import type { Mood } from "./moods.js";
import { anyRule } from "./rules.js";
import { toolName, UNDO_TOOL } from "./tools.js";
import { KEYS, seldom, weighted } from "./values.js";

const anyBudget = fc.record({
  calls: seldom(50, fc.integer({ min: 0, max: 8 })),
  actions: seldom(40, fc.integer({ min: 0, max: 8 })),
  durationMs: seldom(30, fc.integer({ min: 1, max: 200 })),
  onExceeded: weighted([2, undefined], [1, "commit" as const], [1, "rollback" as const]),
});

const anyAsk = anyRule.filter(({ effect }) => effect === "require_approval");
const anyUndoRule = anyRule.filter(({ effect }) => effect !== "deny").map((rule) => ({ ...rule, tool: UNDO_TOOL }));

/** How the runtime of a case is configured. */
export const anySetting = fc.record({
  policy: weighted([6, 0], [2, 1], [1, 2]).chain((length) =>
    fc.array(anyRule, { minLength: length, maxLength: length }),
  ),
  approves: weighted([3, true], [1, false], [1, undefined]),
  /** Rules of hesitant and of doomed cases. */
  asks: fc.array(anyAsk, { minLength: 1, maxLength: 2 }),
  asksTtlMs: weighted([1, undefined], [1, 15], [1, 60]),
  undoRule: seldom(30, anyUndoRule),
  deniesFrom: seldom(8, fc.integer({ min: 2, max: 4 })),
  approvalTtlMs: seldom(20, fc.integer({ min: 1, max: 80 })),
  deniedTool: seldom(3, weighted([1, 0], [1, 1], [1, 2], [1, 3], [1, -1])),
  allowedKeys: seldom(3, fc.subarray([...KEYS], { minLength: 1 })),
  maxActions: seldom(3, fc.integer({ min: 1, max: 8 })),
  budget: seldom(20, anyBudget),
  retryLimit: seldom(8, fc.integer({ min: 0, max: 2 })),
  defaultTimeoutMs: seldom(5, fc.constant(977)),
  rateTimeoutMs: seldom(6, fc.integer({ min: 20, max: 90 })),
  undoTimeoutMs: seldom(8, fc.integer({ min: 10, max: 60 })),
  isLarge: weighted([40, false], [1, true]),
  maxConcurrency: weighted([6, undefined], [2, 1], [2, 2], [2, 3], [1, 4], [1, 5]),
  isEager: weighted([8, false], [1, true]),
  random: fc.constantFrom(0.5, 0, 0.25, 0.96875),
});

/** What `anySetting` makes. */
export type Setting = typeof anySetting extends fc.Arbitrary<infer T> ? T : never;

/** The setting as it is in this mood. */
export function settingIn(mood: Mood, setting: Setting): Setting {
  if (mood === "hesitant") {
    const approvalTtlMs = setting.approvalTtlMs ?? setting.asksTtlMs;
    return { ...setting, policy: setting.asks, approves: true, approvalTtlMs };
  }
  if (mood !== "doomed" || setting.undoRule === undefined) return setting;
  return { ...setting, policy: [...setting.policy, setting.undoRule], approves: setting.approves ?? true };
}

/** The part of a world that a setting decides. */
export function settingOf(
  setting: Setting,
): Omit<ModelWorld, "tools" | "script" | "memory" | "holds" | "principal" | "cancelAtMs"> {
  const { policy, approves, deniesFrom, maxConcurrency, isEager, random } = setting;
  return {
    policy,
    ...(approves === undefined ? {} : { approves }),
    ...(deniesFrom === undefined ? {} : { deniesFrom }),
    capabilities: capabilitiesOf(setting),
    budget: budgetOf(setting),
    limits: limitsOf(setting),
    ...(maxConcurrency === undefined ? {} : { maxConcurrency }),
    ...(isEager ? { schedule: "eager" as const } : {}),
    random,
  };
}

function capabilitiesOf({ deniedTool, allowedKeys, maxActions }: Setting): Capabilities {
  return {
    ...(deniedTool === undefined ? {} : { denied_tools: [deniedTool < 0 ? UNDO_TOOL : toolName(deniedTool)] }),
    ...(allowedKeys === undefined ? {} : { allowed_state_keys: allowedKeys }),
    ...(maxActions === undefined ? {} : { max_actions: maxActions }),
  };
}

function budgetOf({ budget }: Setting): BudgetInput {
  const { calls, actions, durationMs, onExceeded } = budget ?? {};
  return {
    ...(calls === undefined ? {} : { max_tool_calls: calls }),
    ...(actions === undefined ? {} : { max_actions: actions }),
    ...(durationMs === undefined ? {} : { max_duration_ms: durationMs + 0.3125 }),
    ...(onExceeded === undefined ? {} : { on_exceeded: onExceeded }),
  };
}

/** Times lie between whole milliseconds, so that hardly anything happens at the same instant. */
function limitsOf(setting: Setting): LimitsInput {
  const { retryLimit, defaultTimeoutMs, rateTimeoutMs, undoTimeoutMs, approvalTtlMs, isLarge } = setting;
  return {
    ...(retryLimit === undefined ? {} : { max_retries: retryLimit }),
    ...(defaultTimeoutMs === undefined ? {} : { default_timeout_ms: defaultTimeoutMs }),
    ...(rateTimeoutMs === undefined ? {} : { rate_limit_timeout_ms: rateTimeoutMs + 0.1875 }),
    ...(undoTimeoutMs === undefined ? {} : { compensation_timeout_ms: undoTimeoutMs + 0.1875 }),
    ...(approvalTtlMs === undefined ? {} : { approval_ttl_ms: approvalTtlMs + 0.1875 }),
    ...(isLarge ? { max_resolved_bytes: 1.5 * LARGE } : {}),
  };
}
