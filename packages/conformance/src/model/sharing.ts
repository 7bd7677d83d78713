import type { JsonValue } from "@car/ir";
import { inheritedWrites } from "./effects.js";
import { succeed } from "./finish.js";
import { canonicalText } from "./json-text.js";
import { limitsOf } from "./plan.js";
import type { ActionRun, StoredAnswer } from "./action-run.js";
import { actionAt, type Flight, type ModelRun } from "./run.js";
import type { SharedAnswer } from "./world.js";

type Kind = "receipt" | "cache";

/**
 * Looks for the answer of an equal call: first a receipt, then a cached result.
 * @returns the answer, `waits` (an equal call is in flight) or `goes` (it makes the call itself).
 */
export function consult(run: ModelRun, action: ActionRun): StoredAnswer | "waits" | "goes" {
  for (const kind of kindsOf(action)) {
    const key = keyOf(run, action);
    const answer = tableOf(run, kind).get(key);
    if (answer !== undefined && run.now < answer.expiresAt) return { kind, answer };
    const flight = run.flights.get(`${kind} ${key}`);
    if (flight !== undefined && isInFlight(run, flight) && flight.leader !== action.planned.index) {
      flight.waiters = [...flight.waiters, action.planned.index];
      action.phase = "sharing";
      return "waits";
    }
    run.flights.set(`${kind} ${key}`, { leader: action.planned.index, waiters: flight?.waiters ?? [] });
  }
  return "goes";
}

/** Ends an action with an answer that another call got. */
export function serve(run: ModelRun, action: ActionRun, { kind, answer }: StoredAnswer): void {
  action.shared = kind;
  action.reported = answer.reported;
  // Reading of the contract: an answer from the cache is an answer, so it leaves a receipt for duplicates.
  if (kind === "cache") leaveReceipt(run, action, answer.output);
  succeed(run, action, { output: answer.output, own: inheritedWrites(action, answer.reported) });
}

function isInFlight(run: ModelRun, { leader }: Flight): boolean {
  return actionAt(run, leader).phase !== "done";
}

/** Keeps the answer of a call that succeeded for later equal calls. */
export function remember(run: ModelRun, action: ActionRun, output: JsonValue): void {
  leaveReceipt(run, action, output);
  const ttlMs = (action.planned.tool?.cache_ttl_secs ?? 0) * 1_000;
  const { reported } = action;
  if (ttlMs > 0) run.cache.set(keyOf(run, action), { output, reported, expiresAt: run.now + ttlMs });
}

function leaveReceipt(run: ModelRun, action: ActionRun, output: JsonValue): void {
  if (!kindsOf(action).includes("receipt")) return;
  const { reported, planned } = action;
  const expiresAt = run.now + limitsOf(run.world).receipt_ttl_ms;
  run.receipts.set(keyOf(run, action), { output, reported, expiresAt, owner: planned.index });
}

/** Ends the flights whose leader has ended and gives their waiters, in the order in which they had come. */
export function wokenActions(run: ModelRun): readonly ActionRun[] {
  const over = [...run.flights].filter(([, flight]) => !isInFlight(run, flight));
  for (const [name] of over) run.flights.delete(name);
  if (
    isSuccessionOpen(
      run,
      over.map(([, flight]) => flight),
    )
  )
    run.undecided = true;
  return over.flatMap(([, flight]) => waitersOf(run, flight));
}

function waitersOf(run: ModelRun, { waiters }: Flight): readonly ActionRun[] {
  return waiters.map((index) => actionAt(run, index)).filter(({ phase }) => phase === "sharing");
}

/**
 * Whether a call that did not succeed leaves waiters for its receipt and others for its cache entry. Whose first takes
 * its place is not for the contract to say.
 */
function isSuccessionOpen(run: ModelRun, over: readonly Flight[]): boolean {
  const failed = over.filter(
    (flight) => actionAt(run, flight.leader).end?.status !== "succeeded" && waitersOf(run, flight).length > 0,
  );
  return new Set(failed.map(({ leader }) => leader)).size < failed.length;
}

/** Receipts that outlive the run: all when it commits, otherwise those of what cannot be undone and was not. */
export function survivingReceipts(run: ModelRun): ReadonlyMap<string, SharedAnswer> {
  const kept = [...run.receipts].filter(([, { owner }]) => {
    if (run.stop === undefined || owner === undefined) return true;
    const { planned, compensated } = actionAt(run, owner);
    return planned.reversibility === "irreversible" && compensated !== true;
  });
  return new Map(kept.map(([key, { owner: _, ...answer }]) => [key, answer]));
}

function kindsOf({ planned }: ActionRun): readonly Kind[] {
  const receipt: readonly Kind[] = planned.action.type === "tool_call" && planned.action.idempotent ? ["receipt"] : [];
  return planned.tool?.cache_ttl_secs === undefined ? receipt : [...receipt, "cache"];
}

function tableOf(run: ModelRun, kind: Kind): ModelRun["cache"] {
  return kind === "receipt" ? run.receipts : run.cache;
}

/** Tool schemas are constant within a case, and no tool is shared, so these tell calls apart. */
function keyOf(run: ModelRun, { planned, parameters }: ActionRun): string {
  return `${run.world.principal ?? ""} ${planned.tool?.name ?? ""} ${canonicalText(parameters)}`;
}
