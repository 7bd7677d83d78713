import fc from "fast-check";
import type { Origin, ProposalInput, StateEntry, ToolSchemaInput } from "@car/ir";
import { EMPTY_MEMORY, type HeldPlace, type ModelWorld } from "../model/world.js";
import { anyActionDraft } from "./actions.js";
import { anyUndoCall, type CallDraft, callOf } from "./calls.js";
import { draftsIn, MOODS } from "./moods.js";
import { proposalOf } from "./proposal.js";
import { anySetting, type Setting, settingIn, settingOf } from "./setting.js";
import { anyTools, toolName, toolsIn, UNDO_TOOL } from "./tools.js";
import { anyValue, fractionOf, KEYS, seldom, weighted } from "./values.js";

/** One proposal of a case, and what happens meanwhile. */
export interface ModelStep {
  readonly proposal: ProposalInput;
  readonly cancelAtMs?: number;
  /** Places of tools that other runs hold at its start. */
  readonly holds?: readonly HeldPlace[];
  /** Tools that the host takes out of use, so long after its start. */
  readonly revokes?: readonly { readonly tool: string; readonly afterMs: number }[];
  readonly principal?: string;
}

/** One or two proposals, executed one after the other on one runtime. */
export interface ModelCase {
  readonly world: ModelWorld;
  readonly steps: readonly ModelStep[];
}

const anyStateEntry = fc.record({
  value: anyValue,
  origin: weighted<Origin>([3, "host"], [1, "tool"], [1, "model"]),
  trusted: seldom(40, anyValue),
});

/** Everything from which a case is put together. Shrinks part by part. */
const anyParts = fc.record({
  tools: anyTools,
  first: fc.array(anyActionDraft, { minLength: 1, maxLength: 9, size: "max" }),
  second: seldom(25, fc.array(anyActionDraft, { minLength: 1, maxLength: 4 })),
  isWild: weighted([40, false], [1, true]),
  mood: MOODS,
  entries: fc.array(seldom(70, anyStateEntry), { minLength: KEYS.length, maxLength: KEYS.length }),
  undoCalls: fc.array(anyUndoCall, { minLength: 1, maxLength: 5 }),
  cancelAtMs: seldom(6, fc.nat({ max: 60 })),
  hold: seldom(8, fc.record({ tool: fc.nat({ max: 3 }), ms: fc.integer({ min: 5, max: 120 }) })),
  revoke: seldom(4, fc.record({ tool: weighted([2, 0], [2, 1], [1, -1]), afterMs: fc.integer({ min: 1, max: 80 }) })),
  isOthers: weighted([2, false], [1, true]),
  setting: anySetting,
});

/** What `anyParts` makes. */
type Parts = typeof anyParts extends fc.Arbitrary<infer T> ? T : never;

/** A case: tools with a script, a configuration, a state, and one or two proposals. */
export const anyModelCase: fc.Arbitrary<ModelCase> = anyParts.map(caseOf);

function caseOf(parts: Parts): ModelCase {
  const held = heldTool(parts);
  const tools = toolsIn(parts.mood, parts.tools).map((tool) =>
    tool.name === held ? holdable(tool) : withPlaces(parts, tool),
  );
  const inMood = settingIn(parts.mood, parts.setting);
  const setting = held === undefined ? inMood : settingFor(held, inMood);
  const made = [parts.first, ...(parts.second === undefined ? [] : [parts.second])].map((raw, index) => {
    const drafts = draftsIn(parts.mood, raw);
    const { defaultTimeoutMs, isLarge } = setting;
    return proposalOf({
      ...{ drafts, tools, defaultTimeoutMs, isLarge },
      prefix: index === 0 ? "a" : "b",
      isWild: parts.isWild,
    });
  });
  const calls = Object.fromEntries(made.flatMap((one) => Object.entries(one.calls)));
  const approvalMs = Object.fromEntries(Object.keys(calls).map((id, index) => [id, 2 + fractionOf(800_000 + index)]));
  const script = { calls, approvalMs, undoTools: [UNDO_TOOL], undoCalls: parts.undoCalls.map(undoCallOf) };
  const memory = { ...EMPTY_MEMORY, state: stateOf(parts.entries) };
  return {
    steps: made.map(({ proposal }, index) => ({ proposal, ...(index === 0 ? firstStep(parts) : secondStep(parts)) })),
    world: { tools, script, memory, ...settingOf(setting) },
  };
}

function firstStep(parts: Parts): Omit<ModelStep, "proposal"> {
  const { cancelAtMs, hold, revoke } = parts;
  const held = heldTool(parts);
  return {
    ...(cancelAtMs === undefined ? {} : { cancelAtMs: cancelTime(cancelAtMs) }),
    ...(hold === undefined || held === undefined ? {} : { holds: [{ tool: held, ms: hold.ms + 0.8125 }] }),
    ...(revoke === undefined
      ? {}
      : { revokes: [{ tool: revoke.tool < 0 ? UNDO_TOOL : toolName(revoke.tool), afterMs: revoke.afterMs + 0.6875 }] }),
  };
}

function secondStep({ isOthers }: Parts): Omit<ModelStep, "proposal"> {
  return isOthers ? { principal: "somebody else" } : {};
}

/** The tool of which another run holds the only place. Waits for it are long enough only by the default limit. */
function heldTool({ hold, setting }: Parts): string | undefined {
  return hold === undefined || setting.rateTimeoutMs !== undefined ? undefined : toolName(hold.tool);
}

/** The tool as another run can hold it, without a trace in what both share. */
function holdable({ rate_limit: _, timeout_ms: __, ...tool }: ToolSchemaInput): ToolSchemaInput {
  return { ...tool, effects: [], max_concurrency: 1 };
}

/** Nothing keeps the other run from its call. */
function settingFor(held: string, setting: Setting): Setting {
  const policy = setting.policy.filter(({ tool }) => tool !== held);
  return { ...setting, policy, deniedTool: undefined, budget: undefined };
}

/** Waits for places are bounded like waits for the rate limit; here only the latter ones come to that bound. */
function withPlaces({ setting }: Parts, { max_concurrency, ...tool }: ToolSchemaInput): ToolSchemaInput {
  const isBounded = setting.rateTimeoutMs !== undefined || max_concurrency === undefined;
  return isBounded ? tool : { ...tool, max_concurrency };
}

function undoCallOf(draft: CallDraft, index: number): ModelWorld["script"]["undoCalls"][number] {
  return callOf(draft, { serial: 900_000 + index, id: UNDO_TOOL, writable: [] });
}

/** Zero stays zero (canceled before it began); other moments lie between whole milliseconds. */
function cancelTime(ms: number): number {
  return ms === 0 ? 0 : ms + 0.4375;
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
