import type { ProposalInput, ToolSchemaInput } from "@car/ir";
import type { ScriptedCall } from "../model/world.js";
import type { ActionDraft, LinkDraft, UndoDraft } from "./actions.js";
import { callOf } from "./calls.js";
import { toolName, UNDO_TOOL } from "./tools.js";
import { KEYS } from "./values.js";

type ActionInput = ProposalInput["actions"][number];

/** What turns drafts into a proposal. */
export interface Surroundings {
  readonly drafts: readonly ActionDraft[];
  readonly tools: readonly ToolSchemaInput[];
  /** Starts the ids, so that the runs of one case do not share any. */
  readonly prefix: string;
  /** Keeps links that may close a cycle or name nothing. */
  readonly isWild: boolean;
  readonly defaultTimeoutMs: number | undefined;
  /** Whether tools answer so much that references to it add up to more than a run may make of them. */
  readonly isLarge: boolean;
}

/** A proposal and what its tools do. */
export interface ProposalAndCalls {
  readonly proposal: ProposalInput;
  readonly calls: Readonly<Record<string, readonly ScriptedCall[]>>;
}

/** Puts drafts together: links become ids, latencies become distinct. */
export function proposalOf(around: Surroundings): ProposalAndCalls {
  const actions = [
    ...around.drafts.map((_, index) => actionOf(around, index)),
    ...around.drafts.flatMap(({ undo }, index) => (undo?.how === "ref" ? [undoTarget(around, index, undo)] : [])),
  ];
  const calls = around.drafts.map((draft, index) => [idOf(around, index), callsOf(around, { draft, index })] as const);
  return { proposal: { actions }, calls: Object.fromEntries(calls) };
}

function idOf({ prefix, isWild, drafts }: Surroundings, index: number): string {
  // In a wild proposal now and then two actions share an id, and a link may lead past the last action.
  const repeats = isWild && drafts[index]?.rank === 5 && index > 0;
  return `${prefix}${repeats ? index - 1 : index}`;
}

/** Index of the action a number points to, or nothing when the link would go against the ranks. */
function targetOf(around: Surroundings, from: number, to: number): string | undefined {
  if (around.isWild) return idOf(around, to % (around.drafts.length + 1));
  const target = to % around.drafts.length;
  const [own, other] = [around.drafts[from]?.rank ?? 0, around.drafts[target]?.rank ?? 0];
  const isEarlier = other < own || (other === own && target < from);
  return isEarlier ? idOf(around, target) : undefined;
}

function actionOf(around: Surroundings, index: number): ActionInput {
  const draft = at(around.drafts, index);
  const { behaviour, maxRetries, reversibility, undo, idempotent, assumption } = draft;
  const timeoutMs = timeoutOf(around, { draft, index });
  const dependencies = draft.dependencies.map((to) => targetOf(around, index, to)).filter((id) => id !== undefined);
  return {
    id: idOf(around, index),
    type: draft.type,
    ...(draft.type === "tool_call" ? { tool: draft.tool < 0 ? "nobody" : toolName(draft.tool) } : {}),
    parameters: parametersOf(around, { draft, index }),
    dependencies: [...new Set(dependencies)],
    failure_behavior: behaviour,
    max_retries: maxRetries,
    idempotent,
    preconditions: draft.precondition === undefined ? [] : [draft.precondition],
    state_dependencies: draft.stateDependency === undefined ? [] : [draft.stateDependency],
    expected_effects: draft.effect === undefined ? {} : { [draft.effect.key]: draft.effect.value },
    read_set: draft.readSet === undefined ? [] : [draft.readSet],
    write_set: draft.writeSet === undefined ? [] : [draft.writeSet],
    assumptions: assumption === undefined ? [] : [assumptionOf(assumption)],
    ...(timeoutMs === undefined ? {} : { timeout_ms: timeoutMs }),
    ...(reversibility === undefined ? {} : { reversibility }),
    ...(undo === undefined ? {} : { compensation: compensationOf(around, index, undo) }),
  } as ActionInput;
}

const TEMPLATES: Readonly<Record<UndoDraft["takes"], string | number>> = {
  nothing: "all",
  number: 1,
  output: "$output.id",
  parameters: "$parameters.n",
  nowhere: "$output.nowhere",
};

function compensationOf(around: Surroundings, index: number, { how, takes }: UndoDraft): object {
  if (how === "ref") return { type: "action_ref", action_id: targetIdOf(around, index) };
  return { type: "tool", tool: how === "nobody" ? "nobody" : UNDO_TOOL, parameters: { of: TEMPLATES[takes] } };
}

/** An action that runs only to undo the one at `index`. */
function undoTarget(around: Surroundings, index: number, { takes }: UndoDraft): ActionInput {
  const id = idOf(around, index);
  const path = takes === "output" ? ".id" : ".nowhere";
  const of = takes === "nothing" || takes === "number" ? TEMPLATES[takes] : `$${id}.output${path}`;
  return { id: targetIdOf(around, index), type: "tool_call", tool: UNDO_TOOL, parameters: { of } };
}

function targetIdOf(around: Surroundings, index: number): string {
  return `${idOf(around, index)}u`;
}

function assumptionOf({ key, value, version }: NonNullable<ActionDraft["assumption"]>): object {
  return {
    key,
    ...(value === undefined ? {} : { expected_value: value }),
    ...(version === undefined ? {} : { read_version: version }),
  };
}

function parametersOf(around: Surroundings, { draft, index }: Placed): object {
  const [link] = draft.links;
  const value = (link === undefined ? undefined : linkText(around, index, link)) ?? draft.value;
  const from =
    draft.keyFrom === undefined ? undefined : linkText(around, index, { ...draft.keyFrom, path: ".key", form: "text" });
  const key = from ?? draft.key;
  switch (draft.type) {
    case "tool_call": {
      const linked = draft.links.map((one, place) => [`r${place}`, linkText(around, index, one)] as const);
      return { n: draft.n, ...Object.fromEntries(linked.filter(([, text]) => text !== undefined)) };
    }
    case "state_write":
      return { key, value };
    case "state_read":
      return { key };
    case "assertion":
      return { key, operator: draft.condition.operator, expected: link === undefined ? draft.condition.value : value };
  }
}

/** The reference as it is written, or nothing when it would go against the ranks. */
function linkText(around: Surroundings, from: number, { to, path, form }: LinkDraft): string | object | undefined {
  const id = targetOf(around, from, to);
  if (id === undefined) return undefined;
  const isTool = around.drafts[to % around.drafts.length]?.type === "tool_call";
  const steps = around.isLarge ? "" : isTool || path === ".nowhere" ? path : "";
  if (form === "object") return { $ref: `${id}.output${steps}` };
  return form === "text" ? `$${id}.output${steps}` : `see \${${id}.output${steps}} and $$${id}.output`;
}

/** A call that hangs needs an end; different actions never have the same timeout. */
function timeoutOf({ defaultTimeoutMs, tools }: Surroundings, { draft, index }: Placed): number | undefined {
  const hangs = draft.type === "tool_call" && draft.calls.some(({ ending }) => ending === "hang");
  const cap = tools.find(({ name }) => name === toolName(draft.tool))?.timeout_ms ?? defaultTimeoutMs;
  const wanted = draft.timeoutMs ?? (hangs && typeof cap !== "number" ? 40 : undefined);
  return wanted === undefined ? undefined : wanted - (wanted % 16) + (index % 16);
}

function callsOf(around: Surroundings, { draft, index }: Placed): readonly ScriptedCall[] {
  const id = idOf(around, index);
  const tool = around.tools.find(({ name }) => name === toolName(draft.tool));
  const hosts = (tool?.effects ?? []).flatMap((effect) => (typeof effect === "string" ? [effect] : []));
  const own = [draft.effect?.key, draft.writeSet === "k*" ? undefined : draft.writeSet].filter(
    (key) => key !== undefined,
  );
  const writable = draft.writeSet === "k*" ? KEYS : [...hosts, ...own];
  const filled = (tool?.effects ?? []).flatMap((effect) => (typeof effect === "string" ? [] : [effect.key]));
  // A key that a declared effect fills from the output is not written through the handle as well.
  const keys = writable.filter((key) => !filled.includes(key));
  return draft.calls.map((call, place) =>
    callOf(call, { serial: salt(around) + index * 8 + place, id, writable: keys, isLarge: around.isLarge }),
  );
}

/** Keeps the latencies of the runs of one case apart. */
function salt({ prefix }: Surroundings): number {
  return prefix.charCodeAt(0) * 1000;
}

interface Placed {
  readonly draft: ActionDraft;
  readonly index: number;
}

function at<T>(items: readonly T[], index: number): T {
  const item = items[index];
  if (item === undefined) throw new TypeError(`nothing at ${index}`);
  return item;
}
