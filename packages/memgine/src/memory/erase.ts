import { exportCore, importCore } from "../core/export.js";
import { createStore } from "../core/store.js";
import type { Entry } from "../model/node.js";
import { createVocabulary } from "../text/vocabulary.js";
import type { State } from "./state.js";

/** Erases nodes from everything but the journal, as if they had never been. */
export function erase(state: State, erased: ReadonlySet<string>): void {
  const { core } = state;
  const kept = exportCore(core, (node) => !erased.has(node.id));
  core.store = createStore(createVocabulary(state.vocabulary));
  core.announced.clear();
  core.announcing.clear();
  importCore(core, { ...kept, nodes: kept.nodes.map((one) => withoutTraces(one, erased)) });
  core.revision += 1;
  state.embedding?.clear();
  state.embedded = 0;
}

/**
 * Erases what is past for longer than `retainMs`; gives the ids. What a mark of a statement names stays: without it nobody
 * would know why that statement is in doubt.
 */
export function erasePast(state: State, retainMs: number): readonly string[] {
  const { core } = state;
  const before = core.now() - retainMs;
  const entries = core.store.entries.filter((entry): entry is Entry => entry !== undefined);
  const isOver = ({ retired }: Entry): boolean => retired !== undefined && retired.at <= before;
  const named = new Set(
    entries.filter((entry) => !isOver(entry)).flatMap(({ marks }) => marks.flatMap(({ cause, via }) => [cause, via])),
  );
  const past = entries.filter((entry) => isOver(entry) && !named.has(entry.node.id)).map(({ node }) => node.id);
  if (past.length === 0) return past;
  erase(state, new Set(past));
  // The next idle moment takes it out of the journal too.
  state.journaled = Infinity;
  return past;
}

type Exported = ReturnType<typeof exportCore>["nodes"][number];

/** What stays does not name what is gone. */
function withoutTraces(one: Exported, erased: ReadonlySet<string>): Exported {
  const { node, retired, marks, waits } = one;
  const by = retired?.by;
  const left = marks?.filter(({ cause, via }) => !erased.has(cause) && !erased.has(via));
  const { by: _by, ...anonymous } = retired ?? { why: "retracted", at: 0, valid_to: 0, confidence: 1 };
  return {
    node,
    ...(retired === undefined ? {} : { retired: by !== undefined && erased.has(by) ? anonymous : retired }),
    ...(left === undefined || left.length === 0 ? {} : { marks: left }),
    ...(waits === undefined ? {} : { waits: waits.filter((name) => !erased.has(name)) }),
  };
}
