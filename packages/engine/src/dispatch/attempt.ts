import type { EntryWrite } from "@car/ir";
import type { ToolState } from "@car/ir/ports";
import type { Run } from "../run/run.js";
import type { Slot } from "../run/slot.js";
import { Alarm } from "../time/alarm.js";
import type { TimerQueue } from "../time/timer-queue.js";

/** What most attempts never have. */
class Uncommon {
  /** The tool's buffered writes; they count only if the attempt succeeds. */
  writes: Map<string, EntryWrite> | undefined = undefined;
  /** What the tool reported on each counter. */
  spent: Map<string, number> | undefined = undefined;
  /** Runs that the tool started and that have not ended. */
  children: Set<Run> | undefined = undefined;
  controller: AbortController | undefined = undefined;
  handle: ToolState | undefined = undefined;
  /** When nobody waited any longer, in milliseconds since the epoch. */
  endedAt = 0;
  /** Why the tool was told to stop. */
  canceled: string | undefined = undefined;
}

const NOTHING_UNCOMMON: Readonly<Uncommon> = Object.freeze(new Uncommon());

/** One try at a tool call, and the alarm that ends it when it takes too long. */
export class Attempt extends Alarm {
  readonly run: Run;
  readonly slot: Slot;
  /** 1 for the first try. */
  readonly number: number;
  /** When it began, in milliseconds since the epoch of its run. */
  readonly startedAfter: number;
  private more: Uncommon | undefined = undefined;

  constructor(run: Run, slot: Slot, number: number) {
    super();
    this.run = run;
    this.slot = slot;
    this.number = number;
    this.startedAfter = run.dispatchTime();
  }

  /** What it has beside its beginning and its end, to read. */
  get extras(): Readonly<Uncommon> {
    return this.more ?? NOTHING_UNCOMMON;
  }

  /** The same, to be written. */
  get ownExtras(): Uncommon {
    return (this.more ??= new Uncommon());
  }

  /** Answered or given up: whatever the tool does from now on is dropped. */
  get isOver(): boolean {
    return this.slot.attempt !== this;
  }

  /** True once somebody has told the tool to stop. */
  get aborted(): boolean {
    return this.extras.canceled !== undefined;
  }

  protected get queue(): TimerQueue {
    return this.run.host.timers;
  }

  /** Nobody waits for an attempt that an earlier process made. */
  ring(): void {}

  /** Tells the tool, if it listens, that nobody waits for its answer. */
  abort(why: string): void {
    const { ownExtras: own } = this;
    own.canceled ??= why;
    own.controller?.abort(new Error(why));
  }
}
