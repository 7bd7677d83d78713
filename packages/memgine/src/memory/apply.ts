import { MemoryClosedError } from "@car/ir";
import type { MemoryLesson } from "@car/ir/ports";
import type { Operation } from "../core/operation.js";
import { observeTurn } from "../core/observe.js";
import { rememberFact, type Remembered, takeDue } from "../core/remember.js";
import { confirm, retract, revert, settle } from "../core/settle.js";
import { indexedText } from "../core/store.js";
import { lessonsOf } from "../skills/lessons-of.js";
import { changeSkills, type SkillTransition } from "../skills/skill-book.js";
import { keepUp, type UpkeepOptions, type UpkeepReport } from "../upkeep/upkeep.js";
import { erasePast } from "./erase.js";
import type { State } from "./state.js";

/** What operations answer. */
export interface Answers {
  readonly remember: Remembered;
  readonly observe: string;
  readonly retract: readonly string[];
  readonly keep_up: UpkeepReport;
}

type WithoutTime<O> = O extends unknown ? Omit<O, "at"> : never;

/** Carries an operation out now, and writes it down. @throws `CAR_MEMORY_CLOSED` after `close()`. */
export function perform(state: State, request: WithoutTime<Operation>): unknown {
  if (state.closed) throw new MemoryClosedError("the memory is closed");
  const operation = { ...request, at: state.core.now() } as Operation;
  const answer = applyOperation(state, operation);
  if (operation.op === "skill") tell(state, lessonsOf(operation.change, answer as readonly SkillTransition[]));
  if (state.journal !== undefined) {
    state.journal.append(JSON.stringify(operation));
    state.journaled += 1;
  }
  return answer;
}

/** Tells whoever listens of lessons. */
export function tell({ listeners }: State, lessons: readonly MemoryLesson[]): void {
  for (const lesson of lessons) for (const listener of listeners) listener(lesson);
}

/** Carries an operation out at its own time. Nothing else changes a memory. */
export function applyOperation(state: State, operation: Operation): unknown {
  state.at = operation.at;
  try {
    takeDue(state.core);
    return carryOut(state, operation);
  } finally {
    state.at = undefined;
    giveToEmbedder(state);
  }
}

function carryOut(state: State, operation: Operation): unknown {
  const { core } = state;
  switch (operation.op) {
    case "remember":
      return rememberFact(core, operation.input, operation.id);
    case "observe":
      return observeTurn(core, { ...operation.turn, id: operation.id });
    case "retract":
      return retract(core, operation.name);
    case "confirm":
      return confirm(core, operation.name);
    case "revert":
      return revert(core, operation.id);
    case "settle":
      return settle(core, operation.id, operation.state);
    case "keep_up":
      return keepUpState(state, operation.options);
    case "skill":
      core.revision += 1;
      return changeSkills(state.book, operation.change, state.rules);
  }
}

function keepUpState(state: State, options: UpkeepOptions): UpkeepReport {
  const report = keepUp(state.core, options);
  return options.retainPastMs === undefined ? report : { ...report, erased: erasePast(state, options.retainPastMs) };
}

/** New entries wait for the embedder; it works when the memory is idle. */
export function giveToEmbedder(state: State): void {
  if (state.embedding === undefined) return;
  const { entries } = state.core.store;
  for (; state.embedded < entries.length; state.embedded += 1) {
    const node = entries[state.embedded]?.node;
    if (node !== undefined) state.embedding.add(state.embedded, indexedText(node));
  }
}
