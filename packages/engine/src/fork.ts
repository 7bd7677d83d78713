import { type CarEvent, DEFAULT_LIMITS, type EventOf, payloadOf } from "@car/ir";
import { assertKnownOptions } from "@car/ir/internal";
import { type Checkpoint, checkCheckpoint, savedEntries } from "./checkpoint/checkpoint.js";
import { createRuntime } from "./create-runtime.js";
import { restoredStateStore } from "./defaults/replay-defaults.js";
import { CommittedState } from "./replay/committed-state.js";
import type { RuntimeOptions } from "./runtime-options.js";

/** The place in time at which a fork begins: a checkpoint, or right after one event of a log. */
export type ForkPoint =
  | { readonly checkpoint: Checkpoint }
  | { readonly events: AsyncIterable<CarEvent> | Iterable<CarEvent>; readonly seq: number };

/**
 * A new runtime whose state is that of another one at some point, with a store and a log of its own: what it does leaves
 * the original as it is. Its log begins with `checkpoint_restored`, which says where it came from. A fork of a
 * checkpoint has its receipts, a fork of a log has none.
 * @throws (as rejections) `CheckpointInvalidError`, `PayloadErasedError`, and `RangeError` when the log has no such event.
 */
export async function fork(
  from: ForkPoint,
  options: Omit<RuntimeOptions, "state" | "durable"> = {},
): Promise<ReturnType<typeof createRuntime>> {
  assertKnownOptions(from, ["checkpoint", "events", "seq"], "fork");
  const checkpoint =
    "checkpoint" in from ? checkCheckpoint(from.checkpoint) : await checkpointAt(from.events, from.seq);
  // A store that has come as far keeps the entries' versions as they were.
  const state = restoredStateStore({ version: checkpoint.state_version, entries: [] });
  const runtime = createRuntime({ ...options, state });
  await runtime.restore({ ...checkpoint, tools: "checkpoint" in from ? checkpoint.tools : runtime.tools() });
  return runtime;
}

/** The committed state right after an event. Runs that were open there have changed nothing yet. */
async function checkpointAt(events: AsyncIterable<CarEvent> | Iterable<CarEvent>, seq: number): Promise<Checkpoint> {
  const state = new CommittedState(restoredStateStore);
  const open: OpenChanges = new Map();
  let last: CarEvent | undefined;
  for await (const event of events) {
    if (event.seq > seq) break;
    last = event;
    follow(state, open, event);
  }
  if (last?.seq !== seq) throw new RangeError(`the log has no event ${seq}`);
  const view = state.view();
  return {
    format_version: 1,
    head: { seq, hash: last.hash },
    state_version: view.version,
    entries: savedEntries(view),
    receipts: [],
    tools: [],
    limits: DEFAULT_LIMITS,
  };
}

/** What open runs have changed, by run. */
type OpenChanges = Map<string, readonly EventOf<"state_changed">[]>;

function follow(state: CommittedState, open: OpenChanges, event: CarEvent): void {
  const { run_id: id } = event;
  if (id === undefined) return state.take(event);
  const changed = open.get(id) ?? [];
  if (event.kind === "state_changed") open.set(id, [...changed, event]);
  if (event.kind !== "proposal_completed") return;
  if (changed.length > 0 && payloadOf(event).status === "committed") state.commit(changed);
  open.delete(id);
}
