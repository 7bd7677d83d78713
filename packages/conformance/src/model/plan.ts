import {
  type Action,
  ActionProposal,
  DEFAULT_LIMITS,
  type Limits,
  type ProposalInput,
  type Reversibility,
  ToolSchema,
} from "@car/ir";
import { type KeySets, overlaps, parametersOf, readKeys, writeKeys } from "./keys.js";
import { referencesIn } from "./reference-text.js";
import type { ModelWorld } from "./world.js";

/** A proposal with every default filled in. */
export type PlainProposal = ReturnType<typeof ActionProposal.parse>;

/** One action and everything about it that is known before anything runs. */
export interface PlannedAction extends KeySets {
  readonly index: number;
  readonly action: Action;
  readonly tool: ToolSchema | undefined;
  readonly mayAbort: boolean;
  readonly reversibility: Reversibility;
  /** True for the target of a compensation by reference: it is not scheduled. */
  readonly onlyUndoes: boolean;
  /** Actions named by `dependencies` and references. */
  readonly explicit: ReadonlySet<number>;
  /** All actions that must have ended first. */
  readonly before: ReadonlySet<number>;
  /** Actions that are skipped or run only after this one, directly or not. */
  readonly after: ReadonlySet<number>;
  /** The only earlier writers of state dependencies: when one does not succeed, this action is skipped. */
  readonly soleWriters: ReadonlySet<number>;
}

/** A whole proposal, planned. */
export interface Plan {
  readonly proposal: PlainProposal;
  readonly actions: readonly PlannedAction[];
  /** Indices in the stable topological order of the explicit edges. */
  readonly order: readonly number[];
}

/** Fills in the defaults of a proposal that fits the schema. */
export function plainProposal(input: ProposalInput): PlainProposal {
  return ActionProposal.parse(input);
}

const knownTools = new WeakMap<ModelWorld["tools"], ReadonlyMap<string, ToolSchema>>();

/** The tools of a world by name, with their defaults. */
export function toolsOf({ tools }: ModelWorld): ReadonlyMap<string, ToolSchema> {
  const known = knownTools.get(tools) ?? new Map(tools.map((input) => [input.name, ToolSchema.parse(input)]));
  knownTools.set(tools, known);
  return known;
}

/** The limits of a world, with their defaults. */
export function limitsOf(world: ModelWorld): Limits {
  return { ...DEFAULT_LIMITS, ...world.limits } as Limits;
}

/** Plans an admitted proposal: order, state edges, descendants. */
export function planOf(proposal: PlainProposal, world: ModelWorld): Plan {
  const tools = toolsOf(world);
  const keys = proposal.actions.map((action) => keySetsOf(action, tools));
  const explicit = explicitPredecessors(proposal.actions);
  const targets = undoTargets(proposal.actions);
  const order = stableOrder(explicit).filter((index) => !targets.has(index));
  const before = allPredecessors({ order, keys, explicit });
  const actions = proposal.actions.map((action, index): PlannedAction => {
    const tool = action.type === "tool_call" ? tools.get(action.tool) : undefined;
    return {
      index,
      action,
      tool,
      ...(keys[index] ?? { reads: [], writes: [] }),
      mayAbort: action.failure_behavior !== "skip" && !targets.has(index),
      reversibility: effectiveReversibility(action, tool),
      onlyUndoes: targets.has(index),
      explicit: explicit[index] ?? new Set(),
      before: before[index] ?? new Set(),
      after: descendants(index, before),
      soleWriters: soleWriters({ index, action, order, keys }),
    };
  });
  return { proposal, actions, order };
}

/** For each action the indices of the actions it names by `dependencies` and references. */
export function explicitPredecessors(actions: readonly Action[]): readonly ReadonlySet<number>[] {
  const indexOf = (id: string): number => actions.findIndex((action) => action.id === id);
  return actions.map((action) => {
    const names = [...action.dependencies, ...referencesIn(parametersOf(action)).map(({ id }) => id)];
    return new Set(names.map(indexOf).filter((index) => index >= 0));
  });
}

/** Takes the first action in list order whose predecessors are all placed, again and again. Stops short at a cycle. */
export function stableOrder(predecessors: readonly ReadonlySet<number>[]): readonly number[] {
  const placed: number[] = [];
  for (;;) {
    const next = predecessors.findIndex(
      (waitsFor, index) => !placed.includes(index) && [...waitsFor].every((other) => placed.includes(other)),
    );
    if (next < 0) return placed;
    placed.push(next);
  }
}

/** Indices of actions that another action names as its compensation. */
export function undoTargets(actions: readonly Action[]): ReadonlySet<number> {
  const ids = actions.flatMap(({ compensation }) =>
    compensation?.type === "action_ref" ? [compensation.action_id] : [],
  );
  return new Set(actions.flatMap(({ id }, index) => (ids.includes(id) ? [index] : [])));
}

function keySetsOf(action: Action, tools: ReadonlyMap<string, ToolSchema>): KeySets {
  const tool = action.type === "tool_call" ? tools.get(action.tool) : undefined;
  return { reads: readKeys(action), writes: writeKeys(action, tool) };
}

/** The worse of what the host and the action say. */
function effectiveReversibility(action: Action, tool: ToolSchema | undefined): Reversibility {
  if (action.type !== "tool_call") return "reversible";
  const scale: readonly Reversibility[] = ["reversible", "compensable", "irreversible"];
  const host = scale.indexOf(tool?.reversibility ?? "irreversible");
  const model = scale.indexOf(action.reversibility ?? "reversible");
  return scale[Math.max(host, model)] ?? "irreversible";
}

interface Ordering {
  readonly order: readonly number[];
  readonly keys: readonly KeySets[];
  readonly explicit: readonly ReadonlySet<number>[];
}

function allPredecessors({ order, keys, explicit }: Ordering): readonly ReadonlySet<number>[] {
  return keys.map((own, index) => {
    const place = order.indexOf(index);
    const earlier = order.slice(0, Math.max(place, 0));
    const conflicting = earlier.filter((other) => conflicts(own, keys[other]));
    return new Set([...(explicit[index] ?? []), ...conflicting]);
  });
}

function conflicts(left: KeySets, right: KeySets | undefined): boolean {
  if (right === undefined) return false;
  return (
    overlaps(left.reads, right.writes) || overlaps(left.writes, right.reads) || overlaps(left.writes, right.writes)
  );
}

function descendants(index: number, before: readonly ReadonlySet<number>[]): ReadonlySet<number> {
  const found = new Set<number>();
  let size = -1;
  while (size !== found.size) {
    size = found.size;
    before.forEach((waitsFor, other) => {
      if ([...waitsFor].some((earlier) => earlier === index || found.has(earlier))) found.add(other);
    });
  }
  return found;
}

/** Writers of each state dependency that is written by exactly one earlier action. */
function soleWriters(at: {
  readonly index: number;
  readonly action: Action;
  readonly order: readonly number[];
  readonly keys: readonly KeySets[];
}): ReadonlySet<number> {
  const earlier = at.order.slice(0, Math.max(at.order.indexOf(at.index), 0));
  const found = at.action.state_dependencies.flatMap((key) => {
    const writers = earlier.filter((other) => overlaps([key], at.keys[other]?.writes ?? []));
    return writers.length === 1 ? writers : [];
  });
  return new Set(found);
}
