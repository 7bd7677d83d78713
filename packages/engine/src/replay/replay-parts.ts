import type { LoggedConfig } from "@car/ir";
import type { StateView } from "@car/ir/ports";
import type { Slot } from "../run/slot.js";
import type { Script } from "./script.js";
import type { ScriptedTimers } from "./scripted-timers.js";
import type { Waits } from "./waits.js";

/** What the parts of one second execution share. */
export interface ReplayParts {
  readonly script: Script;
  readonly waits: Waits;
  readonly timers: ScriptedTimers;
  /** What judged the recorded run. */
  readonly logged: LoggedConfig;
  /** The run had a policy. */
  readonly hasPolicy: boolean;
  /** It was begun by a call, or has begun others: what they spent together is not in its own log. */
  readonly sharesBudget: boolean;
  /** The state as the run finds it now. */
  readonly view: () => StateView;
  /** The action that was decided about last. */
  readonly decided: { id: string };
  /** Questions to receipts and caches that were answered with a wait. */
  readonly asked: Set<string>;
  /** Calls that undo an action, by its id, once they have been made. */
  readonly undoing: Map<string, Slot>;
  /** Tells which action reserves something of the budget. */
  readonly reserves: Map<object, string>;
  /** Gives the run up, or one that it is part of, if that is recorded right after what came last. */
  readonly cancelHere: () => void;
  /** The slots of all actions, and that of one; only while the run is going on. */
  readonly slots: () => Iterable<Slot>;
  readonly slotOf: (actionId: string) => Slot | undefined;
}
