import type { JsonValue, ProposalInput } from "@car/ir";
import { type ActionInput, approvedCall, callOf, outsideCall, stateAction } from "./calls.js";
import { DELEGATES, type Delegation } from "./delegates.js";
import { type Dice } from "./dice.js";
import { modelUndoneCall } from "./undone-calls.js";

/** Which proposal of a process it is. */
export interface Place {
  readonly lane: number;
  /** Higher than that of any earlier proposal of the lane, in whatever process. */
  readonly number: number;
}

/** A proposal of any kind: what is written, called, retried, approved, delegated, undone, and whether it fails in the end. */
export function anyProposal(dice: Dice, { lane, number }: Place): ProposalInput {
  const actions: ActionInput[] = [];
  const count = 1 + dice(5);
  for (let index = 0; index < count; index++) {
    const id = `a${index}`;
    const kind = dice(12);
    if (kind < 4) actions.push(stateAction(id, dice, number));
    else if (kind < 8) actions.push(outsideCall(id, dice, number));
    else if (kind === 8) actions.push(approvedCall(id, dice, number));
    else if (kind === 9) actions.push(delegation(id, dice, { lane, number, depth: 1 }));
    else actions.push(...modelUndoneCall(id, dice, number));
  }
  // Only proposals of this lane write this key, one after the other; a run that waits for an approval is overtaken by it.
  if (dice(3) > 0) actions.push(mark(`lane.${lane}`, number, dice(2) === 0 ? [] : actions));
  return { actions: [...actions, ...perhapsFailing(dice, actions)] };
}

interface Nested extends Place {
  readonly depth: number;
}

const MAX_DEPTH = 2;

/** A call that proposes one or two runs itself. */
function delegation(id: string, dice: Dice, place: Nested): ActionInput {
  const parts = Array.from({ length: 1 + dice(2) }, (_, part) => JSON.stringify(childProposal(dice, place, part)));
  const parameters: Delegation = { parts, strict: dice(2) === 0, spoil: dice(6) === 0 };
  const behavior = (["abort", "abort", "retry", "skip"] as const)[dice(4)]!;
  const tool = DELEGATES[dice(4) === 0 ? 1 : 0];
  return callOf(id, tool, { ...parameters }, { failure_behavior: behavior, max_retries: 1 });
}

/** What a call proposes. It locks nothing that another lane locks: the caller may hold what that one waits for. */
function childProposal(dice: Dice, { lane, number, depth }: Nested, part: number): ProposalInput {
  const actions: ActionInput[] = [];
  const count = 1 + dice(3);
  for (let index = 0; index < count; index++) {
    const id = `c${index}`;
    const kind = dice(9);
    if (kind < 5) actions.push(outsideCall(id, dice, number));
    else if (kind < 8) actions.push(...modelUndoneCall(id, dice, number));
    else if (depth < MAX_DEPTH) actions.push(delegation(id, dice, { lane, number, depth: depth + 1 }));
  }
  const key = `nested.${lane}.${depth}`;
  actions.push(mark(key, { number, part }, dice(2) === 0 ? [] : actions));
  return { context: { part }, actions: [...actions, ...perhapsFailing(dice, actions)] };
}

function mark(key: string, value: JsonValue, after: readonly ActionInput[]): ActionInput {
  return { id: "mark", type: "state_write", parameters: { key, value }, dependencies: scheduled(after) };
}

/** An action that undoes the rest, mostly after it. */
function perhapsFailing(dice: Dice, actions: readonly ActionInput[]): readonly ActionInput[] {
  if (dice(4) > 0) return [];
  return [callOf("fail", "fail", {}, { dependencies: dice(10) < 7 ? scheduled(actions) : [] })];
}

/** What stands by to undo another action never runs as part of the plan, so nothing waits for it. */
function scheduled(actions: readonly ActionInput[]): string[] {
  return actions.filter(({ id }) => !id.endsWith("-undo")).map(({ id }) => id);
}
