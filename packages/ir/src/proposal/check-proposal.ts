import type { z } from "zod";
import { Action } from "../action/action.js";
import type { JsonArray, JsonObject, JsonValue } from "../json/json-value.js";
import { checkShape, type Shape, type UnknownFields } from "../parse/check-shape.js";
import { type Finding, MAX_PROBLEMS } from "../parse/finding.js";
import { isObject } from "../parse/fits.js";
import { freezeDeep } from "../parse/freeze-deep.js";
import { ActionProposal } from "./action-proposal.js";
import { fitProposal } from "./fit-proposal.js";

/** A proposal that fits the schema, before `id` and `timestamp` are filled in. What is in it is frozen; it and its list are not. */
export type Unfilled = z.output<typeof ActionProposal>;

/** How strictly a proposal is checked. */
export interface CheckOptions {
  readonly unknownFields: UnknownFields;
  /** Most entries of one list inside an action. */
  readonly maxList: number;
  /** Most actions. */
  readonly maxActions: number;
}

/** Checks a proposal and says everything that does not fit. Never throws. */
export function checkProposal(input: JsonValue, options: CheckOptions): Shape<Unfilled> {
  const written = actionsOf(input);
  if (written.length > options.maxActions) return { findings: [tooMany(written.length, options)], dropped: [] };
  // Nearly all proposals end here. Words for problems are only looked for when there are any.
  const value = fitProposal(input);
  if (value !== undefined) return { value, dropped: [] };
  const tooLong = longLists(written, options);
  if (tooLong.length > 0) return { findings: tooLong, dropped: [] };
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
  if ("findings" in head || findings.length > 0) return { findings, dropped };
  for (const action of actions) freezeDeep(action);
  return { value: head.value, dropped };
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

function longLists(actions: JsonArray, { maxList }: CheckOptions): readonly Finding[] {
  const findings: Finding[] = [];
  for (const [index, action] of actions.entries()) {
    if (!isObject(action)) continue;
    for (const name in action) {
      const value = action[name];
      if (!Array.isArray(value) || value.length <= maxList) continue;
      findings.push({ path: ["actions", index, name], message: `has more than ${maxList} entries` });
    }
  }
  return findings;
}

function inAction(index: number, finding: Finding): Finding {
  return { ...finding, path: ["actions", index, ...finding.path] };
}
