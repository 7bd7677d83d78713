import type { Action } from "../action/action.js";
import { compileTemplate, referencesIn, type Template } from "../reference/template.js";
import type { Reason } from "../result/reason.js";
import type { ToolEffect } from "../tool/tool-schema.js";
import { EdgeList, edgeRows, type EdgeRows } from "./edge-list.js";
import { addExplicitEdges } from "./explicit-edges.js";
import { ExactStateEdges } from "./exact-state-edges.js";
import { hasPatterns, type KeyAccess, keyAccessOf, literalKeyOf, NO_ACCESS } from "./key-access.js";
import { type KeyConflict, type KeySets, type LateSupply, MAX_CONFLICTS, StateEdges } from "./state-edges.js";
import { topologicalOrder } from "./topological-order.js";

/** The order constraints of a proposal, by action index (position in the proposal). */
export interface ActionGraph extends EdgeRows {
  readonly size: number;
  /** Indices in the stable topological order of the explicit edges; conflicting state accesses happen in this order. */
  readonly order: Int32Array;
  /** References in each action's parameters; `undefined` when there are none. */
  readonly templates: readonly (Template | undefined)[];
  readonly access: readonly KeyAccess[];
  /** Every key of the scheduled actions, once. */
  readonly keys: KeySets;
  /** Index by action id; empty where nothing refers to anything. */
  readonly indexOf: ReadonlyMap<string, number>;
  /** Actions that are not scheduled: they run only to compensate another. */
  readonly unscheduled: ReadonlySet<number>;
  /** State dependencies that only a later action supplies: refused unless the state holds the key. */
  readonly late: readonly LateSupply[];
}

/** What a graph is built from. */
export interface ActionGraphInput {
  readonly actions: readonly Action[];
  /** State keys that a tool's schema declares; nothing for an unknown tool. */
  readonly effectsOf: (tool: string) => readonly ToolEffect[];
  /** Called for each conflicting pair; leave out where nobody looks at them. */
  readonly onConflict?: ((conflict: KeyConflict) => void) | undefined;
}

/**
 * A graph, or everything that stands in its way (repeated ids, links that lead nowhere, a cycle, unbounded keys) with the
 * parts of it that there are all the same.
 */
export type ActionGraphResult =
  | { readonly graph: ActionGraph }
  | { readonly problems: readonly Reason[]; readonly parts: Pick<ActionGraph, "templates" | "access" | "unscheduled"> };

const NONE: ReadonlySet<number> = new Set();
const NO_EFFECTS: readonly ToolEffect[] = Object.freeze([]);
const NO_LATE: readonly LateSupply[] = Object.freeze([]);
const NO_IDS: ReadonlyMap<string, number> = new Map();
const ZERO = new Int32Array(1);
const NO_OFFSETS = new Int32Array(2);
const NO_TARGETS = new Int32Array(0);
const NO_KINDS = new Uint8Array(0);

/** The graph of one action that refers to nothing. Its rows are shared: nobody writes to them. */
function singleGraph(templates: ActionGraph["templates"], access: ActionGraph["access"]): ActionGraph {
  return {
    size: 1,
    order: ZERO,
    templates,
    access,
    keys: access[0]!,
    indexOf: NO_IDS,
    unscheduled: NONE,
    late: NO_LATE,
    indegree: ZERO,
    offsets: NO_OFFSETS,
    targets: NO_TARGETS,
    kinds: NO_KINDS,
  };
}

const PLAIN: ActionGraph = singleGraph([undefined], [NO_ACCESS]);

/** The graph of `size` actions that have nothing to do with each other. */
export function plainGraph(size: number): ActionGraph {
  if (size === 1) return PLAIN;
  return {
    size,
    order: identity(size),
    templates: new Array<undefined>(size).fill(undefined),
    access: new Array<KeyAccess>(size).fill(NO_ACCESS),
    keys: NO_ACCESS,
    indexOf: NO_IDS,
    unscheduled: NONE,
    late: NO_LATE,
    indegree: new Int32Array(size),
    offsets: new Int32Array(size + 1),
    targets: NO_TARGETS,
    kinds: NO_KINDS,
  };
}

/** Builds the graph of a proposal's actions. Pure. */
export function buildActionGraph(input: ActionGraphInput): ActionGraphResult {
  const { actions } = input;
  const problems: Reason[] = [];
  const templates = new Array<Template | undefined>(actions.length);
  const access = new Array<KeyAccess>(actions.length);
  for (let index = 0; index < actions.length; index++) {
    const action = actions[index]!;
    templates[index] = compileTemplate(action.parameters as Action["metadata"]);
    access[index] = accessOf(action, input.effectsOf);
    checkKeyBound(action, problems);
  }
  if (actions.length === 1 && problems.length === 0 && standsAlone(actions[0]!, templates[0])) {
    return { graph: singleGraph(templates, access) };
  }
  return connect(input, { templates, access, problems });
}

interface Nodes {
  readonly templates: readonly (Template | undefined)[];
  readonly access: readonly KeyAccess[];
  readonly problems: Reason[];
}

function connect(input: ActionGraphInput, { templates, access, problems }: Nodes): ActionGraphResult {
  const { actions } = input;
  const size = actions.length;
  const indexOf = indexById(actions, problems);
  const unscheduled = compensationTargets(actions, indexOf, problems);
  const parts = { templates, access, unscheduled };
  const edges = new EdgeList();
  const forward = addExplicitEdges({ actions, templates, indexOf, unscheduled }, edges, problems);
  if (problems.length > 0) return { problems, parts };

  const ordered = forward ? { order: identity(size) } : topologicalOrder(edgeRows(edges, size), size);
  if ("cycle" in ordered) return { problems: [cycleProblem(actions, ordered.cycle)], parts };

  const { order } = ordered;
  const { late, keys, overflowed } = addStateEdges({ ...input, access, unscheduled, order }, edges);
  if (overflowed) return { problems: [overflowProblem()], parts };
  return { graph: { size, order, ...parts, keys, indexOf, late, ...edgeRows(edges, size) } };
}

function indexById(actions: readonly Action[], problems: Reason[]): ReadonlyMap<string, number> {
  const indexOf = new Map<string, number>();
  for (let index = 0; index < actions.length; index++) {
    const { id } = actions[index]!;
    if (indexOf.has(id)) problems.push({ code: "invalid", action_id: id, message: `id \`${id}\` is used twice` });
    else indexOf.set(id, index);
  }
  return indexOf;
}

function standsAlone(action: Action, template: Template | undefined): boolean {
  return template === undefined && action.dependencies.length === 0 && action.compensation?.type !== "action_ref";
}

function accessOf(action: Action, effectsOf: ActionGraphInput["effectsOf"]): KeyAccess {
  return keyAccessOf(action, action.type === "tool_call" ? effectsOf(action.tool) : NO_EFFECTS);
}

interface StateEdgeInput extends ActionGraphInput {
  readonly access: readonly KeyAccess[];
  readonly unscheduled: ReadonlySet<number>;
  readonly order: Int32Array;
}

interface StateOrder {
  readonly late: readonly LateSupply[];
  readonly keys: KeySets;
  readonly overflowed: boolean;
}

function addStateEdges(input: StateEdgeInput, edges: EdgeList): StateOrder {
  if (input.access.every((access) => access === NO_ACCESS))
    return { late: NO_LATE, keys: NO_ACCESS, overflowed: false };
  const simple = input.onConflict === undefined && !input.access.some(hasPatterns);
  const state = simple ? new ExactStateEdges(edges) : new StateEdges(edges, input.onConflict);
  for (let at = 0; at < input.order.length; at++) {
    const index = input.order[at]!;
    const access = input.access[index]!;
    if (access === NO_ACCESS || input.unscheduled.has(index)) continue;
    state.visit(index, input.actions[index]!, access);
  }
  state.finish();
  return { late: state.late, keys: state.keySets(), overflowed: state.overflowed };
}

/** A state action whose key is a reference needs a declared set, or its locks could not be taken. */
function checkKeyBound(action: Action, problems: Reason[]): void {
  if (action.type === "tool_call" || literalKeyOf(action) !== undefined) return;
  const declared = action.type === "state_write" ? action.write_set : [...action.read_set, ...action.write_set];
  const field = action.type === "state_write" ? "write_set" : "read_set";
  if (referencesIn(action.parameters.key).length === 0) {
    problems.push({ code: "invalid", action_id: action.id, message: "the key is neither text nor a reference" });
  } else if (declared.length === 0) {
    const message = `the key is a reference, so \`${field}\` must name the keys (or \`prefix*\`) it may resolve to`;
    problems.push({ code: "invalid", action_id: action.id, message });
  }
}

function compensationTargets(
  actions: readonly Action[],
  indexOf: ReadonlyMap<string, number>,
  problems: Reason[],
): ReadonlySet<number> {
  let targets: Set<number> | undefined;
  for (const { id, compensation } of actions) {
    if (compensation?.type !== "action_ref") continue;
    const target = indexOf.get(compensation.action_id);
    if (target === undefined || actions[target]!.type !== "tool_call" || compensation.action_id === id) {
      const message = `compensation \`${compensation.action_id}\` names no other tool call of this proposal`;
      problems.push({ code: "invalid", action_id: id, message });
    } else {
      (targets ??= new Set()).add(target);
    }
  }
  return targets ?? NONE;
}

function cycleProblem(actions: readonly Action[], cycle: readonly number[]): Reason {
  const ids = cycle.map((index) => actions[index]!.id);
  return {
    code: "invalid",
    action_id: ids[0]!,
    message: `dependencies form a cycle: ${[...ids, ids[0]].join(" -> ")}`,
  };
}

function overflowProblem(): Reason {
  const message = `the actions conflict in more than ${MAX_CONFLICTS} places; split the proposal`;
  return { code: "invalid", message, limit: "max_conflicts" };
}

function identity(size: number): Int32Array {
  const order = new Int32Array(size);
  for (let i = 0; i < size; i++) order[i] = i;
  return order;
}
