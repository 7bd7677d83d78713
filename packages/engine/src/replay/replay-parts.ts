import type { Slot } from "../run/slot.js";
import type { Script } from "./script.js";
import type { ScriptedTimers } from "./scripted-timers.js";
import type { Waits } from "./waits.js";

/** What the parts of one second execution share. */
export interface ReplayParts {
  readonly script: Script;
  readonly waits: Waits;
  readonly timers: ScriptedTimers;
  /** The run had a policy. */
  readonly hasPolicy: boolean;
  /** Questions to receipts and caches that were answered with a wait. */
  readonly asked: Set<string>;
  /** Calls that undo an action, by its id, once they have been made. */
  readonly undoing: Map<string, Slot>;
  /** Tells which action reserves something of the budget. */
  readonly reserves: Map<object, string>;
  /** The slots of all actions, and that of one; only while the run is going on. */
  readonly slots: () => Iterable<Slot>;
  readonly slotOf: (actionId: string) => Slot | undefined;
}
