import { parseProposal } from "@car/ir";
import { call } from "../fixtures.js";
import { interleave } from "../measure.js";
import type { Row, Workload } from "../row.js";

/** Actions of a proposal, how often one is parsed in a round, and the most that an action may cost, in microseconds. */
const SIZES = [
  { actions: 1, repeats: 3_000, goal: 4 },
  { actions: 1_000, repeats: 10, goal: 2 },
];

/** What it costs to check, complete and freeze what a model wrote, beside reading its JSON. */
export const parsing: Workload = {
  id: "W9",
  about: "parsing proposals, from values and from text",
  async run(rounds): Promise<readonly Row[]> {
    const rows: Row[] = [];
    for (const { actions, repeats, goal } of SIZES) {
      const value = { id: "bench", actions: Array.from({ length: actions }, (_, index) => call(`a${index}`)) };
      const text = JSON.stringify(value);
      const perAction = (body: () => unknown) => async () => {
        const start = performance.now();
        for (let index = 0; index < repeats; index++) body();
        return ((performance.now() - start) * 1000) / (repeats * actions);
      };
      const costs = await interleave(
        [
          { name: `JSON.parse, ${actions} actions`, round: perAction(() => JSON.parse(text)) },
          { name: `parseProposal, ${actions} actions`, round: perAction(() => parseProposal(value)) },
          { name: `parseProposal of text, ${actions} actions`, round: perAction(() => parseProposal(text)) },
        ],
        rounds,
      );
      for (const [at, { name, value: us }] of costs.entries()) {
        rows.push({ workload: "W9", side: name, value: us, unit: "us per action", ...(at === 1 && { goal }) });
      }
    }
    return rows;
  },
};
