import type { JsonObject, JsonValue } from "@car/ir";

export const START_BALANCE = 1_000;

/** What a hot key holds: a number, and who wrote it, which no two writes have in common. */
export interface HotValue extends JsonObject {
  readonly amount: number;
  readonly by: string;
}

/** The keys that everything fights for. Accounts keep their sum; counters count the runs that raised them. */
export interface HotKeys {
  /** Held by runs that have children. */
  readonly outer: readonly string[];
  /** Everything children touch, and others too: no child waits for its parent's kind, so nobody waits in a circle. */
  readonly inner: readonly string[];
  readonly accounts: readonly string[];
  readonly counters: readonly string[];
}

/** A fifth of the keys are counters; the accounts are halved between outer and inner. */
export function hotKeys(count: number): HotKeys {
  const names = Array.from({ length: count }, (_, index) => String(index).padStart(4, "0"));
  const counters = names.slice(0, Math.floor(count / 5)).map((name) => `counter.${name}`);
  const accounts = names.slice(counters.length).map((name) => `account.${name}`);
  const half = Math.floor(accounts.length / 2);
  return { outer: accounts.slice(0, half), inner: accounts.slice(half), accounts, counters };
}

export function initialState({ accounts, counters }: HotKeys): Record<string, HotValue> {
  const filled = accounts.map((key) => [key, { amount: START_BALANCE, by: "initial" }] as const);
  const empty = counters.map((key) => [key, { amount: 0, by: "initial" }] as const);
  return Object.fromEntries<HotValue>([...filled, ...empty]);
}

export function hotValue(value: JsonValue | undefined): HotValue {
  return value as HotValue;
}
