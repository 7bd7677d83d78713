import { failed } from "./outcome.js";
import type { Run } from "./run.js";
import type { Slot } from "./slot.js";

/** What a parked action needs of the loop it belongs to. */
export interface ParkOptions {
  /** Something may start now. */
  readonly wake: () => void;
  /** The wait has been too long. */
  readonly giveUp: (outcome: ReturnType<typeof failed>) => void;
}

/**
 * Takes a place of the action's tool, if it has a limit and there is one.
 * @returns false when the action is parked instead: not in flight, still ready, until a place may be free.
 */
export function takePlace(run: Run, slot: Slot, options: ParkOptions): boolean {
  const places = slot.tool?.slots;
  if (places === undefined) return true;
  if (places.tryAcquire()) {
    slot.release = () => places.release();
    return true;
  }
  park(run, slot, options);
  return false;
}

function park(run: Run, slot: Slot, { wake, giveUp }: ParkOptions): void {
  const { index } = slot;
  const { rate_limit_timeout_ms: timeoutMs } = run.config.limits;
  const since = (slot.parkedAt ??= run.time);
  run.ready.park(index);
  run.parked++;
  const leave = (ended: boolean): void => {
    timer.cancel();
    forget();
    slot.unpark = undefined;
    run.parked--;
    run.ready.unpark(index, ended);
  };
  const forget = slot.tool!.slots!.whenFree(() => {
    run.tick();
    leave(false);
    wake();
  });
  const timer = run.services.timers.set(Math.max(0, since + timeoutMs - run.time), () => {
    run.tick();
    const message = `waited ${timeoutMs} ms for a free place of tool \`${slot.tool!.schema.name}\``;
    giveUp(failed({ code: "timeout", message, class: "timeout" }));
  });
  slot.unpark = () => leave(true);
}
