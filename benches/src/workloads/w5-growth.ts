import type { ActionProposal, ProposalResult } from "@car/ir";
import type { Runtime } from "@car/engine";
import { benchRuntime, committed, proposal, undone } from "../fixtures.js";
import { median, timeUs } from "../measure.js";
import type { Row, Workload } from "../row.js";

const SIZES = [10, 100, 1_000, 10_000];

interface Variant {
  readonly name: string;
  readonly action: (index: number) => object;
  /** Appended at the end, to undo everything. */
  readonly end: readonly object[];
  readonly check: (result: ProposalResult) => ProposalResult;
}

const write = (index: number): object => ({
  id: `w${index}`,
  type: "state_write",
  parameters: { key: `k${index}`, value: index },
});
const waiting = (index: number): object => ({
  id: `t${index}`,
  type: "tool_call",
  tool: "wait",
  expected_effects: { [`k${index}`]: index },
});
const fail = { id: "end", type: "assertion", parameters: { key: "k0", operator: "not_exists" } };

const VARIANTS: readonly Variant[] = [
  { name: "state writes", action: write, end: [], check: committed },
  { name: "state writes, undone", action: write, end: [fail], check: undone },
  { name: "calls that wait 1 ms, one effect each", action: waiting, end: [], check: committed },
];

/** Does the cost of an action grow with the size of its proposal? */
export const growth: Workload = {
  id: "W5",
  about: "10 to 10,000 actions in one proposal: cost per action",
  async run(rounds): Promise<readonly Row[]> {
    const rows: Row[] = [];
    for (const variant of VARIANTS) rows.push(...(await measureVariant(variant, rounds)));
    return rows;
  },
};

async function measureVariant(variant: Variant, rounds: number): Promise<readonly Row[]> {
  const wait = (): Promise<number> => new Promise((resolve) => setTimeout(resolve, 1, 1));
  const runtime = benchRuntime([{ schema: { name: "wait", reversibility: "reversible" }, execute: wait }], {
    maxConcurrency: 10_000,
    limits: { max_actions: 10_001 },
  });
  const costs = new Map<number, number>();
  for (const size of SIZES) {
    const one = proposal([...Array.from({ length: size }, (_, index) => variant.action(index)), ...variant.end]);
    const repeats = Math.max(1, Math.floor(2_000 / size));
    const values: number[] = [];
    for (let round = 0; round <= rounds; round++) {
      const us = await timeUs(() => repeat(runtime, one, { repeats, check: variant.check }));
      if (round > 0) values.push(us / repeats / size);
    }
    costs.set(size, median(values));
  }
  return SIZES.map((size) => ({
    workload: "W5",
    side: `${variant.name}, ${size}`,
    value: costs.get(size)!,
    unit: "us per action",
    against: "the same at 100",
    ratio: costs.get(size)! / costs.get(100)!,
    ...(size === 10_000 && { goal: 3 }),
  }));
}

async function repeat(
  runtime: Runtime,
  one: ActionProposal,
  { repeats, check }: { readonly repeats: number; readonly check: Variant["check"] },
): Promise<void> {
  for (let index = 0; index < repeats; index++) ownChanges(check(await runtime.execute(one)));
}

/** Each result must report the changes of its own action and no others. */
function ownChanges({ results }: ProposalResult): void {
  for (const { action_id, state_changes } of results) {
    const keys = Object.keys(state_changes);
    if (action_id === "end" ? keys.length !== 0 : keys.length !== 1 || keys[0] !== `k${action_id.slice(1)}`) {
      throw new Error(`\`${action_id}\` reports the changes ${keys.join(", ")}`);
    }
  }
}
