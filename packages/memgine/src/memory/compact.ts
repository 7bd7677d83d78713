import { snapshotOf } from "./snapshot.js";
import type { State } from "./state.js";

/** Puts a snapshot in the place of the journal once there are `after` operations, and as many as nodes. */
export async function compactJournal(state: State, after: number): Promise<void> {
  if (state.journal === undefined || state.closed) return;
  if (state.journaled < after || state.journaled < state.core.store.entries.length) return;
  await rewriteJournal(state);
}

/** Writes the memory as it is now in the place of everything the journal holds. */
export async function rewriteJournal(state: State): Promise<void> {
  if (state.journal === undefined) return;
  // INVARIANT: nothing is awaited between the snapshot and the start of the replacement, so no operation falls between them.
  const replacing = state.journal.replace(JSON.stringify(snapshotOf(state)));
  state.journaled = 0;
  await replacing;
}
