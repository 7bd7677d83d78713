import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRuntime } from "@car/engine";
import { durableStore, type DurableStore } from "@car/engine/node";
import { call, committed, noop, proposal } from "../fixtures.js";
import { interleave, timeUs } from "../measure.js";
import { langGraphChain } from "../peers/lang-graph-durable.js";
import type { Row, Workload } from "../row.js";

const LENGTH = 20;
const REPEATS = 10;

/** A chain that outlives its process at every step: the log before and after each call, or a checkpoint after each node. */
export const durableChain: Workload = {
  id: "D2",
  about: `a durable chain of ${LENGTH} calls, beside LangGraph with its SQLite saver`,
  async run(rounds): Promise<readonly Row[]> {
    const folder = mkdtempSync(join(tmpdir(), "car-bench-"));
    try {
      const graph = langGraphChain(LENGTH, join(folder, "graph.db"));
      const inner = await opened(join(folder, "inner"), "reversible");
      const outer = await opened(join(folder, "outer"), "irreversible");
      const costs = await interleave(
        [
          { name: "LangGraph", round: () => perChain(graph) },
          { name: "car, calls that leave nothing outside", round: () => perChain(inner.chain) },
          { name: "car, calls that do", round: () => perChain(outer.chain) },
        ],
        rounds,
      );
      for (const { store } of [inner, outer]) await store.close();
      return costs.map(({ name, value, ratio }, index) => ({
        workload: "D2",
        side: name,
        value,
        unit: "ms per chain",
        against: "LangGraph",
        ratio: 1 / ratio,
        // A graph's nodes may run again after a crash, as such calls may; the others wait for the disk before each call.
        ...(index === 1 && { goal: 10, atLeast: true }),
      }));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

interface OpenedChain {
  readonly store: DurableStore;
  readonly chain: () => Promise<void>;
}

async function opened(dir: string, reversibility: "reversible" | "irreversible"): Promise<OpenedChain> {
  const store = await durableStore({ dir });
  const runtime = createRuntime({
    durable: store,
    tools: [{ schema: { name: "noop", reversibility }, execute: noop }],
  });
  const one = proposal(Array.from({ length: LENGTH }, (_, index) => link(index)));
  return { store, chain: async () => void committed(await runtime.execute(one)) };
}

function link(index: number): object {
  return call(`a${index}`, index === 0 ? {} : { dependencies: [`a${index - 1}`] });
}

async function perChain(chain: () => Promise<unknown>): Promise<number> {
  const us = await timeUs(async () => {
    for (let index = 0; index < REPEATS; index++) await chain();
  });
  return us / REPEATS / 1000;
}
