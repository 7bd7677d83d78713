import type { Action } from "../action/action.js";
import type { Template } from "../reference/template.js";
import type { Reason } from "../result/reason.js";
import { EDGE_DATA, type EdgeList } from "./edge-list.js";

/** What the explicit edges are read from. */
export interface ExplicitEdgeInput {
  readonly actions: readonly Action[];
  readonly templates: readonly (Template | undefined)[];
  readonly indexOf: ReadonlyMap<string, number>;
  /** Actions that only run to compensate another; nothing may wait for them. */
  readonly unscheduled: ReadonlySet<number>;
}

/**
 * Adds an edge for every dependency and reference, and reports those that lead nowhere.
 * @returns true when every edge leads to a later action, so that the list's own order is already topological.
 */
export function addExplicitEdges(input: ExplicitEdgeInput, edges: EdgeList, problems: Reason[]): boolean {
  let forward = true;
  for (let index = 0; index < input.actions.length; index++) {
    const action = input.actions[index]!;
    const template = input.templates[index];
    if (action.dependencies.length === 0 && template === undefined) continue;
    if (!addEdgesTo(index, linksOf(action, template), { input, edges, problems })) forward = false;
  }
  return forward;
}

function linksOf(action: Action, template: Template | undefined): readonly Link[] {
  return [
    ...action.dependencies.map((target) => ({ action, target, what: "dependency" })),
    ...(template?.references ?? []).map(({ action_id: target }) => ({ action, target, what: "reference" })),
  ];
}

interface Target {
  readonly input: ExplicitEdgeInput;
  readonly edges: EdgeList;
  readonly problems: Reason[];
}

/** False when one of the edges does not come from an earlier action. */
function addEdgesTo(index: number, links: readonly Link[], { input, edges, problems }: Target): boolean {
  let forward = true;
  for (const link of links) {
    const from = predecessorOf(input, link, problems);
    if (from === undefined || input.unscheduled.has(index)) continue;
    if (from >= index) forward = false;
    if (from === index) problems.push(selfProblem(link.action.id));
    edges.add(from, index, EDGE_DATA);
  }
  return forward;
}

interface Link {
  readonly action: Action;
  readonly target: string;
  readonly what: string;
}

function predecessorOf(input: ExplicitEdgeInput, link: Link, problems: Reason[]): number | undefined {
  const { action, target, what } = link;
  const from = input.indexOf.get(target);
  if (from === undefined) {
    problems.push({ code: "invalid", action_id: action.id, message: `${what} \`${target}\` names no action` });
    return undefined;
  }
  if (input.unscheduled.has(from)) {
    const message = `${what} \`${target}\` names an action that runs only as a compensation`;
    problems.push({ code: "invalid", action_id: action.id, message });
    return undefined;
  }
  return from;
}

function selfProblem(id: string): Reason {
  return { code: "invalid", action_id: id, message: `dependencies form a cycle: ${id} -> ${id}` };
}
