import type { z } from "zod";
import { Action } from "../action/action.js";
import type { JsonArray, JsonObject, JsonValue } from "../json/json-value.js";
import { checkShape, type Shape, type UnknownFields } from "../parse/check-shape.js";
import { type Finding, MAX_PROBLEMS } from "../parse/finding.js";
import { ActionProposal } from "./action-proposal.js";

/** A proposal that fits the schema, before `id` and `timestamp` are filled in. */
export type Unfilled = z.output<typeof ActionProposal>;

/** How strictly a proposal is checked. */
export interface CheckOptions {
  readonly unknownFields: UnknownFields;
  /** Most entries of one list inside an action. */
  readonly maxList: number;
  /** Most actions. */
  readonly maxActions: number;
}

/** Actions and entries of their lists that may be checked all at once, whatever is wrong with them. */
const SMALL = 1_000;

/** Checks a proposal and says everything that does not fit. Never throws. */
export function checkProposal(input: JsonValue, options: CheckOptions): Shape<Unfilled> {
  const written = actionsOf(input);
  if (written.length > options.maxActions) return { findings: [tooMany(written.length, options)], dropped: [] };
  const lists = listsOf(written);
  if (written.length + lists.entries <= SMALL) {
    // Nearly all proposals end here. Words for problems are only looked for when there are any.
    const outcome = ActionProposal.safeParse(input);
    if (outcome.success) return { value: outcome.data, dropped: [] };
  }
  const tooLong = lists.long.filter(({ length }) => length > options.maxList);
  if (tooLong.length > 0) return { findings: tooLong.map(({ path }) => longFinding(path, options)), dropped: [] };
  return checkOneByOne(input, written, options);
}

/**
 * Checks the proposal with its first action, then the other actions one by one. What bad input can cost in time and
 * memory is therefore bounded by `MAX_PROBLEMS` and the longest list, not by the number of actions.
 */
function checkOneByOne(input: JsonValue, written: JsonArray, { unknownFields }: CheckOptions): Shape<Unfilled> {
  const head = checkShape(ActionProposal, written.length > 1 ? withFirstOnly(input, written) : input, unknownFields);
  const findings: Finding[] = "findings" in head ? [...head.findings] : [];
  const dropped = [...head.dropped];
  const actions = "value" in head ? head.value.actions : [];
  for (let index = 1; index < written.length && findings.length <= MAX_PROBLEMS; index++) {
    const shape = checkShape(Action, written[index] ?? null, unknownFields);
    if ("value" in shape) actions.push(shape.value);
    else findings.push(...shape.findings.map((finding) => inAction(index, finding)));
    if (shape.dropped.length > 0) dropped.push(...shape.dropped.map((finding) => inAction(index, finding)));
  }
  return "value" in head && findings.length === 0 ? { value: head.value, dropped } : { findings, dropped };
}

function tooMany(count: number, { maxActions }: CheckOptions): Finding {
  return { path: ["actions"], message: `has ${count} actions, at most ${maxActions} are allowed` };
}

function actionsOf(input: JsonValue): JsonArray {
  const actions = isObject(input) ? input["actions"] : undefined;
  return Array.isArray(actions) ? (actions as JsonArray) : [];
}

function withFirstOnly(input: JsonValue, actions: JsonArray): JsonValue {
  return { ...(input as JsonObject), actions: actions.slice(0, 1) };
}

interface Lists {
  /** Entries of all lists that stand in actions. */
  entries: number;
  /** Those that are long enough to be looked at. */
  readonly long: { readonly path: Finding["path"]; readonly length: number }[];
}

function listsOf(actions: JsonArray): Lists {
  const lists: Lists = { entries: 0, long: [] };
  for (const [index, action] of actions.entries()) {
    if (!isObject(action)) continue;
    for (const name in action) {
      const value = action[name];
      if (!Array.isArray(value)) continue;
      lists.entries += value.length;
      if (value.length > SMALL) lists.long.push({ path: ["actions", index, name], length: value.length });
    }
  }
  return lists;
}

function longFinding(path: Finding["path"], { maxList }: CheckOptions): Finding {
  return { path, message: `has more than ${maxList} entries` };
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function inAction(index: number, finding: Finding): Finding {
  return { ...finding, path: ["actions", index, ...finding.path] };
}
