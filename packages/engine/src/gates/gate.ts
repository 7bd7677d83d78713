import type { Outcome } from "../run/outcome.js";
import type { Run } from "../run/run.js";
import type { Slot } from "../run/slot.js";

/** The gate has no objection. */
export const PROCEED = Symbol("proceed");

/** The action waits for somebody's approval, and meanwhile nothing of it is in flight. */
export const PARK = Symbol("park");

/** `PROCEED`, `PARK`, or how the action ends instead. */
export type GateVerdict = typeof PROCEED | typeof PARK | Outcome;

/** A check that an action passes before it may act. It answers with a promise only when it has to wait. */
export type Gate = (run: Run, slot: Slot) => GateVerdict | Promise<GateVerdict>;
