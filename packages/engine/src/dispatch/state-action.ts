import type { Assertion, JsonValue, StateRead, StateWrite } from "@car/ir";
import { checkCondition } from "@car/ir/internal";
import { labelStateAction } from "../flow/output-labels.js";
import { failed, type Outcome } from "../run/outcome.js";
import type { Run } from "../run/run.js";
import { notesOf, type Slot } from "../run/slot.js";

/** Carries out an action that touches nothing but the state. */
export function performStateAction(run: Run, slot: Slot, action: StateWrite | StateRead | Assertion): Outcome {
  run.board.perform(slot);
  if (slot.notes !== undefined) slot.notes.charge = undefined;
  const key = slot.parameters["key"] as string;
  labelStateAction(run, slot);
  switch (action.type) {
    case "state_write": {
      const value = slot.parameters["value"]!;
      notesOf(slot).toolWrites = [{ key, write: { value, origin: "model" } }];
      return { status: "succeeded", output: value };
    }
    case "state_read":
      return read(run, key);
    case "assertion":
      return assertHolds(run, key, { operator: action.parameters.operator, expected: slot.parameters["expected"] });
  }
}

function read(run: Run, key: string): Outcome {
  const value = run.state.newest(key);
  // The version is that of the committed value; what this run itself wrote has none yet.
  const version = run.state.committed.entry(key)?.version ?? 0;
  return { status: "succeeded", output: value ?? null, read: { found: value !== undefined, version } };
}

interface Expectation {
  readonly operator: string;
  readonly expected: JsonValue | undefined;
}

function assertHolds(run: Run, key: string, { operator, expected }: Expectation): Outcome {
  const actual = run.state.newest(key);
  const problem = checkCondition({ key, operator, expected: expected ?? null }, actual);
  if (problem === undefined) return { status: "succeeded", output: null };
  return failed({ code: "precondition_failed", message: `assertion failed: ${problem}`, keys: [key] });
}
