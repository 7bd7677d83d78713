import {
  applyWrite,
  JsonInvalidError,
  type JsonValue,
  LockTimeoutError,
  StateValueInvalidError,
  type Transition,
} from "@car/ir";
import { copyJson } from "@car/ir/internal";
import type { Lease, StateStore, StateView } from "@car/ir/ports";
import type { Recorder } from "./evidence/recorder.js";
import type { HostState } from "./runtime.js";
import type { TimerQueue } from "./time/timer-queue.js";

/** What the host's access to the state goes through. */
export interface HostStateInit {
  readonly store: StateStore;
  readonly recorder: Recorder;
  readonly timers: TimerQueue;
  readonly now: () => number;
  readonly limits: { readonly lock_timeout_ms: number };
  readonly outputLimits: { readonly maxDepth: number; readonly maxBytes: number };
}

/** The host's own reads and writes: committed values, one key at a time, logged like everything else. */
export function createHostState(init: HostStateInit): HostState {
  const { store, outputLimits } = init;
  return {
    get: (key) => readOnce(store, (view) => view.get(key)),
    entry: (key) => readOnce(store, (view) => view.entry(key)),
    keys: () => readOnce(store, (view) => view.keys()),
    // Not async functions: without contention the write must be done when they return.
    set: (key, value) => {
      const checked = checkedValue(key, value, outputLimits);
      return withLock(init, key, () => write(init, key, checked));
    },
    delete: (key) => withLock(init, key, () => write(init, key, undefined)),
  };
}

/** Reads the newest view and lets it go. */
function readOnce<T>(store: StateStore, read: (view: StateView) => T): T {
  const view = store.view();
  try {
    return read(view);
  } finally {
    view.release?.();
  }
}

function checkedValue(key: string, value: JsonValue, limits: HostStateInit["outputLimits"]): JsonValue {
  if (value === undefined) {
    throw new StateValueInvalidError(`the value for key \`${key}\` is undefined; use \`delete\` to remove a key`);
  }
  try {
    return copyJson(value, limits);
  } catch (cause) {
    if (!(cause instanceof JsonInvalidError)) throw cause;
    throw new StateValueInvalidError(`the value for key \`${key}\` is not JSON: ${cause.message}`, { cause });
  }
}

function withLock(
  { store, timers, limits }: HostStateInit,
  key: string,
  body: () => void | Promise<void>,
): Promise<void> {
  const answer = store.acquire({ owner: {}, reads: [], writes: [key] });
  if (!("lease" in answer)) return finishWith(answer, body);
  const timer = timers.set(limits.lock_timeout_ms, () => answer.cancel());
  return answer.lease.then(
    (lease) => {
      timer.cancel();
      return finishWith(lease, body);
    },
    () => {
      timer.cancel();
      throw new LockTimeoutError(`waited ${limits.lock_timeout_ms} ms for state key \`${key}\`, which a run holds`);
    },
  );
}

/** Runs `body` now, so that an uncontended write is visible when `set` returns, and frees the lock when it is done. */
async function finishWith(lease: Lease, body: () => void | Promise<void>): Promise<void> {
  try {
    await body();
  } finally {
    lease.release();
  }
}

async function write(
  { store, recorder, now }: HostStateInit,
  key: string,
  value: JsonValue | undefined,
): Promise<void> {
  const before = readOnce(store, (view) => view.entry(key));
  const next = applyWrite(before, { value, origin: "host" }, 0);
  const change: Transition = value === undefined ? { key, origin: "host" } : { key, value, origin: "host" };
  recorder.recordOutside("state_changed", now(), { changes: [change] });
  await store.commit({ entries: new Map([[key, next]]) });
  if (recorder.log.supports.durable) await recorder.log.flush();
}
