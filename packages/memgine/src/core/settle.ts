import { MemoryInvalidError } from "@car/ir";
import type { Core } from "./core.js";
import { type ImpliedChange, settleChange } from "./implied-change.js";
import { currentOf, entryAt } from "./store.js";
import { retire, revive } from "./supersede.js";

/** Ends a current statement without another in its place; gives the ids of what needs review for it. */
export function retract(core: Core, name: string): readonly string[] {
  const number = known(core, name);
  const at = core.now();
  core.revision += 1;
  return retire(core.store, number, { why: "retracted", at, valid_to: at, confidence: 1 });
}

/** Says that a statement under review holds: its marks go, and with them what they had marked further on. */
export function confirm(core: Core, name: string): void {
  const number = known(core, name);
  entryAt(core.store, number).marks = [];
  core.store.marked.delete(number);
  core.revision += 1;
}

/** Takes a supersession back: the statement is current again, and what replaced it is not. */
export function revert(core: Core, id: string): void {
  const { store } = core;
  const number = store.byId.get(id);
  if (number === undefined) throw new MemoryInvalidError(`nothing has the id \`${id}\``);
  const { retired } = entryAt(store, number);
  if (retired === undefined) return;
  const by = retired.by === undefined ? undefined : store.byId.get(retired.by);
  const at = core.now();
  if (by !== undefined) retire(store, by, { why: "retracted", at, valid_to: at, confidence: 1 });
  revive(store, number);
  core.revision += 1;
}

/** Accepts or rejects what text announced. @throws `CAR_MEMORY_INVALID` for an unknown id. */
export function settle(core: Core, id: string, state: "accepted" | "rejected"): ImpliedChange {
  const change = core.announced.get(id);
  if (change === undefined) throw new MemoryInvalidError(`no announced change has the id \`${id}\``);
  settleChange(core, change, state);
  core.revision += 1;
  return change;
}

function known(core: Core, name: string): number {
  const number = currentOf(core.store, name);
  if (number === undefined) throw new MemoryInvalidError(`nothing has the id or key \`${name}\``);
  return number;
}
