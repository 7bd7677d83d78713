import type { Action } from "../action/action.js";
import { compileTemplate, type Template } from "../reference/template.js";
import type { Reason } from "../result/reason.js";
import type { ToolEffect } from "../tool/tool-schema.js";
import { EdgeList, edgeRows, MAX_EDGES, type EdgeRows } from "./edge-list.js";
import { addExplicitEdges } from "./explicit-edges.js";
import { type KeyAccess, keyAccessOf, literalKeyOf, NO_ACCESS } from "./key-access.js";
import { type KeyConflict, type LateSupply, StateEdges } from "./state-edges.js";
import { topologicalOrder } from "./topological-order.js";

/** The order constraints of a proposal, by action index (position in the proposal). */
export interface ActionGraph extends EdgeRows {
  readonly size: number;
  /** Indices in the stable topological order of the explicit edges; conflicting state accesses happen in this order. */
  readonly order: Int32Array;
  /** References in each action's parameters; `undefined` when there are none. */
  readonly templates: readonly (Template | undefined)[];
  readonly access: readonly KeyAccess[];
  /** Index by action id; empty for a single action that refers to nothing. */
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

/** A graph, or everything that stands in its way: repeated ids, links that lead nowhere, a cycle, unbounded keys. */
export type ActionGraphResult = { readonly graph: ActionGraph } | { readonly problems: readonly Reason[] };

/** The rows of every graph of one action that refers to nothing. Nobody writes to them. */
const SINGLE = {
  size: 1,
  order: new Int32Array(1),
  indegree: new Int32Array(1),
  offsets: new Int32Array(2),
  targets: new Int32Array(0),
  kinds: new Uint8Array(0),
  indexOf: new Map<string, number>(),
  unscheduled: new Set<number>(),
  late: [],
};

const NONE: ReadonlySet<number> = new Set();
const NO_LATE: readonly LateSupply[] = Object.freeze([]);

/** Builds the graph of a proposal's actions. Pure. */
export function buildActionGraph(input: ActionGraphInput): ActionGraphResult {
  const { actions } = input;
  const problems: Reason[] = [];
  const templates = actions.map(({ parameters }) => compileTemplate(parameters as Action["metadata"]));
  const access = actions.map((action) => accessOf(action, input.effectsOf));
  actions.forEach((action, index) => checkKeyBound(action, templates[index], problems));

  if (actions.length === 1 && problems.length === 0 && standsAlone(actions[0]!, templates[0])) {
    return { graph: { ...SINGLE, templates, access } };
  }
  const indexOf = new Map<string, number>();
  actions.forEach(({ id }, index) => {
    if (indexOf.has(id)) problems.push({ code: "invalid", action_id: id, message: `id \`${id}\` is used twice` });
    else indexOf.set(id, index);
  });
  const unscheduled = compensationTargets(actions, indexOf, problems);

  const edges = new EdgeList();
  const forward = addExplicitEdges({ actions, templates, indexOf, unscheduled }, edges, problems);
  if (problems.length > 0) return { problems };

  const ordered = forward ? { order: identity(actions.length) } : topologicalOrder(edgeRows(edges, actions.length), actions.length);
  if ("cycle" in ordered) return { problems: [cycleProblem(actions, ordered.cycle)] };

  const late = addStateEdges({ ...input, access, unscheduled, order: ordered.order }, edges);
  if (edges.overflowed) return { problems: [overflowProblem()] };
  return {
    graph: { size: actions.length, order: ordered.order, templates, access, indexOf, unscheduled, late, ...edgeRows(edges, actions.length) },
  };
}

function standsAlone(action: Action, template: Template | undefined): boolean {
  return template === undefined && action.dependencies.length === 0 && action.compensation?.type !== "action_ref";
}

function accessOf(action: Action, effectsOf: ActionGraphInput["effectsOf"]): KeyAccess {
  return keyAccessOf(action, action.type === "tool_call" ? effectsOf(action.tool) : []);
}

interface StateEdgeInput extends ActionGraphInput {
  readonly access: readonly KeyAccess[];
  readonly unscheduled: ReadonlySet<number>;
  readonly order: Int32Array;
}

function addStateEdges(input: StateEdgeInput, edges: EdgeList): readonly LateSupply[] {
  if (input.access.every((access) => access === NO_ACCESS)) return NO_LATE;
  const state = new StateEdges(edges, input.onConflict);
  for (const index of input.order) {
    const access = input.access[index]!;
    if (access === NO_ACCESS || input.unscheduled.has(index)) continue;
    state.visit(index, input.actions[index]!, access);
  }
  state.finish();
  return state.late;
}

/** A state action whose key is a reference needs a declared set, or its locks could not be taken. */
function checkKeyBound(action: Action, template: Template | undefined, problems: Reason[]): void {
  if (action.type === "tool_call" || literalKeyOf(action) !== undefined) return;
  const declared = action.type === "state_write" ? action.write_set : [...action.read_set, ...action.write_set];
  const field = action.type === "state_write" ? "write_set" : "read_set";
  if (template === undefined) {
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
  return { code: "invalid", action_id: ids[0]!, message: `dependencies form a cycle: ${[...ids, ids[0]].join(" -> ")}` };
}

function overflowProblem(): Reason {
  return { code: "invalid", message: `the actions conflict in more than ${MAX_EDGES} places; split the proposal` };
}

function identity(size: number): Int32Array {
  const order = new Int32Array(size);
  for (let i = 0; i < size; i++) order[i] = i;
  return order;
}
