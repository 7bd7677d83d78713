import type { ActionProposal, ProposalResult } from "@car/ir";
import type { FactInput, MemoryNode } from "../model/node.js";
import { createLearner, type Learner, type LearnerParts } from "../skills/learner.js";
import { traceOf } from "../skills/trace-of.js";
import { perform, tell } from "./apply.js";
import { compactJournal } from "./compact.js";
import type { State } from "./state.js";

/** What a memory does when nobody waits for it. */
export interface Background {
  /** Notes a run; what it teaches is learned later. */
  note(result: ProposalResult, proposal: ActionProposal | undefined): void;
  /** Settles when nothing is left to do. */
  idle(): Promise<void>;
  readonly failure: Error | undefined;
}

/** What the background needs beside the memory. */
export interface BackgroundParts extends Pick<LearnerParts, "mining"> {
  readonly repair: ((statement: MemoryNode) => FactInput | undefined | Promise<FactInput | undefined>) | undefined;
  readonly newId: () => string;
  readonly compactAfter: number;
}

/** Rounds of repairs in which one may bring about another. */
const REPAIR_ROUNDS = 8;

/** Nothing runs before `idle` is called or a run is noted. */
export function createBackground(state: State, parts: BackgroundParts): Background {
  const learner: Learner = createLearner({
    book: state.book,
    rules: state.rules,
    mining: parts.mining,
    inference: state.inference,
    onEvolution: (domain) => tell(state, [{ kind: "evolution_triggered", data: { domain } }]),
    change: (change) => {
      if (!state.closed) perform(state, { op: "skill", change });
    },
  });
  let failure: Error | undefined;
  let isDue = false;
  let working: Promise<void> | undefined;
  const tried = new Set<string>();

  const work = async (): Promise<void> => {
    await state.embedding?.work();
    while (isDue) {
      isDue = false;
      await learner.learn();
    }
    if (parts.repair !== undefined) await repairMarked(state, { ...parts, repair: parts.repair, tried });
    await compactJournal(state, parts.compactAfter);
  };
  return {
    get failure() {
      return failure ?? learner.failure;
    },
    note(result, proposal) {
      const trace = proposal === undefined ? undefined : traceOf(result, proposal);
      if (trace === undefined) return;
      learner.observe(trace);
      isDue = true;
    },
    idle() {
      working ??= work()
        .catch((error: unknown) => {
          failure = error instanceof Error ? error : new TypeError(String(error));
        })
        .finally(() => {
          working = undefined;
        });
      return working;
    },
  };
}

/** Asks the host for each statement under review once; what it gives takes the statement's place. */
async function repairMarked(
  state: State,
  { repair, newId, tried }: BackgroundParts & { repair: NonNullable<BackgroundParts["repair"]>; tried: Set<string> },
): Promise<void> {
  for (let round = 0; round < REPAIR_ROUNDS; round += 1) {
    const due = [...state.core.store.marked]
      .flatMap((number) => state.core.store.entries[number] ?? [])
      .filter(({ node, marks }) => !tried.has(`${node.id}:${marks.map(({ cause }) => cause).join()}`));
    if (due.length === 0) return;
    for (const { node, marks } of due) {
      tried.add(`${node.id}:${marks.map(({ cause }) => cause).join()}`);
      const input = await repair(node);
      if (input === undefined || state.closed) continue;
      const supersedes = [...(input.supersedes ?? []), node.id];
      perform(state, { op: "remember", id: input.id ?? newId(), input: { ...input, supersedes } });
    }
  }
}
