import type { JsonObject, ProposalInput } from "@car/ir";
import type { RandomSource } from "@car/ir/ports";
import type { HotKeys } from "./hot-keys.js";

type Action = ProposalInput["actions"][number];

const LATEST_CANCEL_MS = 1_000;
const MOST_MOVED = 50;

/** One proposal of the stress. */
export interface StressProposal {
  readonly proposal: ProposalInput;
  /** When to give it up, in milliseconds after its start; absent: never. */
  readonly cancelAfterMs?: number;
  /** What must come of it. A canceled one may end either way. */
  readonly expected: "committed" | "rolled_back" | "any";
}

/** Transfers, counts, long readers, runs that fail after they have written, runs with child runs, and cancellations. */
export function anyProposal(keys: HotKeys, random: RandomSource): StressProposal {
  const chance = random();
  if (chance < 0.4) return committed(transfer(keys.accounts, random));
  if (chance < 0.55) return committed(transfer(keys.accounts, random), count(keys, random));
  if (chance < 0.7) return committed(audit(keys, random));
  if (chance < 0.8) {
    const fail: Action = { id: "fail", type: "tool_call", tool: "fail", dependencies: ["transfer", "count"] };
    const actions = [transfer(keys.accounts, random), count(keys, random), fail];
    return { ...committed(...actions), expected: "rolled_back" };
  }
  if (chance < 0.9) return committed(parent(keys, random));
  // Most are given up while they wait for locks, some while they run, some too late.
  const cancelAfterMs = Math.floor(random() * random() * LATEST_CANCEL_MS);
  return { ...committed(transfer(keys.accounts, random), count(keys, random)), cancelAfterMs, expected: "any" };
}

function committed(...actions: readonly Action[]): StressProposal {
  return { proposal: { actions: [...actions] }, expected: "committed" };
}

function transfer(accounts: readonly string[], random: RandomSource): Action {
  const from = pick(accounts, random);
  const to = pick(
    accounts.filter((key) => key !== from),
    random,
  );
  const parameters = { from, to, amount: Math.floor(random() * MOST_MOVED) };
  return { id: "transfer", type: "tool_call", tool: "transfer", parameters, write_set: [from, to] };
}

function count({ counters }: HotKeys, random: RandomSource): Action {
  const key = pick(counters, random);
  return { id: "count", type: "tool_call", tool: "count", parameters: { key }, write_set: [key] };
}

function audit({ accounts, counters }: HotKeys, random: RandomSource): Action {
  const read = pickSome([...accounts, ...counters], { most: 8, random });
  return { id: "audit", type: "tool_call", tool: "audit", parameters: { keys: read }, read_set: read };
}

function parent({ outer, inner }: HotKeys, random: RandomSource): Action {
  const held = pickSome(outer, { most: 2, random });
  const child: object = { actions: [transfer(inner, random)] };
  const parameters = { keys: held, child: child as JsonObject };
  return { id: "parent", type: "tool_call", tool: "parent", parameters, write_set: held };
}

function pick(from: readonly string[], random: RandomSource): string {
  return from[Math.floor(random() * from.length)]!;
}

function pickSome(
  from: readonly string[],
  { most, random }: { readonly most: number; readonly random: RandomSource },
): string[] {
  return [...new Set(Array.from({ length: most }, () => pick(from, random)))];
}
