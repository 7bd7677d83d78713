import { LockCanceledError, NestedLockError, payloadOf, type Reason } from "@car/ir";
import type { Lease, LockWait, StateStore, StateView } from "@car/ir/ports";
import type { ReplayParts } from "./replay-parts.js";
import type { Script } from "./script.js";

/** The state as the recorded run found it. Locks are had at once, unless the recording says that they were not. */
export function scriptedStore({ view, script }: Pick<ReplayParts, "view" | "script">): StateStore {
  return {
    supports: { durable: false },
    view: () => kept(view()),
    acquire: () => answer(refusalOf(script)),
    // What a run commits is what its events say; they are compared.
    commit: () => view().version + 1,
    close: () => Promise.resolve(),
  };
}

/** The run may let its view go; the one behind it is the replay's. */
function kept(view: StateView): StateView {
  return {
    version: view.version,
    entry: (key) => view.entry(key),
    get: (key) => view.get(key),
    keys: () => view.keys(),
    ...(view.entryKeys === undefined ? {} : { entryKeys: () => view.entryKeys!() }),
  };
}

function refusalOf(script: Script): Reason | undefined {
  const rejected = script.events.find((event) => event.kind === "proposal_rejected");
  return rejected && payloadOf(rejected).reasons[0];
}

function answer(refusal: Reason | undefined): Lease | LockWait {
  if (refusal?.code === "nested_conflict") throw new NestedLockError(refusal.keys ?? []);
  if (refusal?.code !== "lock_timeout") return { release: () => undefined };
  const lease = Promise.reject(new LockCanceledError("the recorded run had no locks in time"));
  return { lease, cancel: () => undefined };
}
