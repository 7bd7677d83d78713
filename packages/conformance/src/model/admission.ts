import type { Action } from "@car/ir";
import { policyProblems } from "./certain-refusals.js";
import { boundsOf, overlaps, parametersOf } from "./keys.js";
import type { AdmissionProblem } from "./outcome.js";
import { explicitPredecessors, limitsOf, type Plan, type PlainProposal, stableOrder, undoTargets } from "./plan.js";
import { isReference, referencesIn } from "./reference-text.js";
import type { ModelWorld } from "./world.js";

/** What keeps the proposal from being planned at all. */
export function structureProblems(proposal: PlainProposal, world: ModelWorld): readonly AdmissionProblem[] {
  const { actions } = proposal;
  return [
    ...sizeProblems(actions, world),
    ...repeatedIds(actions),
    ...actions.flatMap((action) => unknownNames(action, actions)),
    ...cycleProblems(actions),
    ...actions.flatMap(unboundedKey),
    ...waitsForUndo(actions),
  ];
}

/**
 * What refuses the proposal whole in the state as it is found.
 * Reading of the contract: the policy is asked last, about what nothing else refuses.
 */
export function lateProblems(plan: Plan, world: ModelWorld): readonly AdmissionProblem[] {
  return [...laterWriterProblems(plan, world), ...policyProblems(plan.proposal.actions, world)];
}

/** State dependencies that only a later action writes, and that the state does not hold. */
function laterWriterProblems(plan: Plan, world: ModelWorld): readonly AdmissionProblem[] {
  return plan.actions.flatMap(({ index, action }) =>
    action.state_dependencies.flatMap((key) => {
      if (world.memory.state.get(key)?.value !== undefined) return [];
      // Reading of the contract: an action is no writer of its own dependency, its effects come after its gates.
      const writers = plan.order.filter(
        (other) => other !== index && overlaps([key], plan.actions[other]?.writes ?? []),
      );
      const place = plan.order.indexOf(index);
      const onlyLater = writers.length > 0 && writers.every((writer) => plan.order.indexOf(writer) > place);
      const names = writers.map((writer) => plan.actions[writer]?.action.id ?? "").join(", ");
      return onlyLater ? [invalid(action, `needs \`${key}\`, which only ${names} writes, later`)] : [];
    }),
  );
}

function sizeProblems(actions: readonly Action[], world: ModelWorld): readonly AdmissionProblem[] {
  const problems: AdmissionProblem[] = [];
  const allowed = world.capabilities.max_actions ?? Infinity;
  if (actions.length > allowed) problems.push({ code: "capability_denied", message: `more than ${allowed} actions` });
  if (actions.length > limitsOf(world).max_actions) problems.push({ code: "invalid", message: "too many actions" });
  return problems;
}

function repeatedIds(actions: readonly Action[]): readonly AdmissionProblem[] {
  return actions
    .filter(({ id }, index) => actions.findIndex((other) => other.id === id) < index)
    .map((action) => invalid(action, "repeats an id"));
}

function unknownNames(action: Action, actions: readonly Action[]): readonly AdmissionProblem[] {
  const undo = action.compensation?.type === "action_ref" ? [action.compensation.action_id] : [];
  return [...action.dependencies, ...referencesIn(parametersOf(action)).map(({ id }) => id), ...undo]
    .filter((name) => !actions.some(({ id }) => id === name))
    .map((name) => invalid(action, `names \`${name}\`, which is no action`));
}

function cycleProblems(actions: readonly Action[]): readonly AdmissionProblem[] {
  const placed = stableOrder(explicitPredecessors(actions));
  if (placed.length === actions.length) return [];
  const stuck = actions.filter((_, index) => !placed.includes(index)).map(({ id }) => id);
  return [{ code: "invalid", message: `a cycle holds up ${stuck.join(", ")}` }];
}

function unboundedKey(action: Action): readonly AdmissionProblem[] {
  if (action.type === "tool_call") return [];
  const { key } = action.parameters;
  return isReference(key) && boundsOf(action).length === 0
    ? [invalid(action, "its key is a reference that no set bounds")]
    : [];
}

/** Reading of the contract: nothing may wait for an action that runs only to undo, it would wait for ever. */
function waitsForUndo(actions: readonly Action[]): readonly AdmissionProblem[] {
  const explicit = explicitPredecessors(actions);
  const targets = undoTargets(actions);
  return actions
    .filter((_, index) => [...(explicit[index] ?? [])].some((other) => targets.has(other) && other !== index))
    .map((action) => invalid(action, "waits for an action that only undoes"));
}

function invalid(action: Action, message: string): AdmissionProblem {
  return { code: "invalid", action_id: action.id, message: `action \`${action.id}\` ${message}` };
}
