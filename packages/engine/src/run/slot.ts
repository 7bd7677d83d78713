import type { Action, ImageReadData, JsonObject, JsonValue } from "@car/ir";
import type { RegisteredTool } from "../config/registered-tool.js";
import type { Attempt } from "../dispatch/attempt.js";
import { Notes } from "./notes.js";
import type { Outcome, SideEffect, Unsuccessful } from "./outcome.js";

/** Where an action stands. */
export type Phase =
  /** A predecessor has not ended. */
  | "waiting"
  /** It may start. */
  | "ready"
  /** All places of its tool are taken. */
  | "waiting_for_place"
  /** It passes the gates, or waits at one. */
  | "at_gate"
  /** Out of flight until somebody has answered a request. */
  | "waiting_for_approval"
  /** Its call is made, or will be as soon as the log has it. */
  | "calling"
  /** Between two attempts. */
  | "backing_off"
  | "done";

/** A wait of one action. */
export interface Hold {
  /** Nobody waits any more: whatever the wait holds is given back, and nothing follows it. */
  readonly giveUp: () => void;
  /** Ends the wait as its time would. */
  readonly expire: () => void;
}

/** What makes a call one beside the plan: it undoes an action, or reads what one changes. */
export interface Errand {
  /** It undoes the action, or reads the action's image: before the call, after it, or before it is undone. */
  readonly kind: "compensation" | ImageReadData["when"];
  /** The proposer wrote it, not the host. */
  readonly isByModel: boolean;
  /** Told before its first attempt. */
  readonly started: () => void;
  /** Told of its end. */
  readonly ended: (outcome: Outcome) => void;
}

/** One action of one run, as everybody but its board sees it. */
export interface Slot {
  readonly index: number;
  readonly action: Action;
  /** `undefined` for state actions, and for a tool that nobody knows. */
  readonly tool: RegisteredTool | undefined;
  readonly phase: Phase;
  /** What it waits for. */
  readonly hold: Hold | undefined;
  /** The call in flight. */
  readonly attempt: Attempt | undefined;
  readonly attempts: number;
  /** Sum of the attempts' durations, in milliseconds. */
  readonly durationMs: number;
  /** When it ended, in milliseconds since the epoch of its run. */
  readonly endedAfter: number;
  readonly outcome: Outcome | undefined;
  /** What its calls may have left outside the state store. */
  readonly sideEffect: SideEffect;
  /** Position in the order in which actions ended that may need undoing, from 1; 0 for others. */
  readonly completion: number;
  /** The last attempt's failure, while a further attempt is waited for. */
  readonly lastFailure: Unsuccessful | undefined;
  /** The unsuccessful predecessor because of which it is not started. */
  readonly skipCause: string | undefined;
  /** Of a call beside the plan. Such a slot is in no board's counts, and nothing depends on it. */
  readonly errand: Errand | undefined;
  /** With references resolved. */
  parameters: JsonObject;
  /** What other parts of the engine remember about it; `notesOf` makes it. */
  notes: Notes | undefined;
}

/** What most actions never have. */
class Uncommon {
  hold: Hold | undefined = undefined;
  sideEffect: SideEffect = "none";
  lastFailure: Unsuccessful | undefined = undefined;
  skipCause: string | undefined = undefined;
  errand: Errand | undefined = undefined;
  /** Its parameters, where they are not the action's own. */
  parameters: JsonObject | undefined = undefined;
}

const NOTHING_UNCOMMON: Readonly<Uncommon> = Object.freeze(new Uncommon());

/** The same, as only the board may have it. */
export class SlotRecord implements Slot {
  readonly index: number;
  readonly action: Action;
  readonly tool: RegisteredTool | undefined;
  phase: Phase = "waiting";
  /** Predecessors that have not ended. */
  waiting = 0;
  attempt: Attempt | undefined = undefined;
  attempts = 0;
  durationMs = 0;
  endedAfter = 0;
  outcome: Outcome | undefined = undefined;
  completion = 0;
  notes: Notes | undefined = undefined;
  private more: Uncommon | undefined = undefined;

  constructor(index: number, action: Action, tool: RegisteredTool | undefined) {
    this.index = index;
    this.action = action;
    this.tool = tool;
  }

  /** What it has beside that, to read. */
  get extras(): Readonly<Uncommon> {
    return this.more ?? NOTHING_UNCOMMON;
  }

  /** The same, to be written. */
  get ownExtras(): Uncommon {
    return (this.more ??= new Uncommon());
  }

  get hold(): Hold | undefined {
    return this.extras.hold;
  }

  get sideEffect(): SideEffect {
    return this.extras.sideEffect;
  }

  get lastFailure(): Unsuccessful | undefined {
    return this.extras.lastFailure;
  }

  get skipCause(): string | undefined {
    return this.extras.skipCause;
  }

  get errand(): Errand | undefined {
    return this.extras.errand;
  }

  get parameters(): JsonObject {
    return this.extras.parameters ?? (this.action.parameters as JsonObject);
  }

  set parameters(parameters: JsonObject) {
    this.ownExtras.parameters = parameters;
  }
}

/** What others remember about an action, made when somebody first does. */
export function notesOf(slot: Pick<Slot, "notes">): Notes {
  return (slot.notes ??= new Notes());
}

/** The output of an action that has succeeded. */
export function outputOf({ outcome }: Pick<Slot, "outcome">): JsonValue | undefined {
  return outcome?.status === "succeeded" ? outcome.output : undefined;
}
