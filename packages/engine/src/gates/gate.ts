import type { Outcome } from "../run/outcome.js";
import type { Run } from "../run/run.js";
import type { Slot } from "../run/slot.js";

/** The gate has no objection. */
export const PROCEED = Symbol("proceed");

/** `PROCEED`, or how the action ends instead. */
export type GateVerdict = typeof PROCEED | Outcome;

/** A check that an action passes before it may act. It answers with a promise only when it has to wait. */
export type Gate = (run: Run, slot: Slot) => GateVerdict | Promise<GateVerdict>;
