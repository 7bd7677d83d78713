import { createHash } from "node:crypto";
import { closeSync, fdatasync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRuntime } from "@car/engine";
import { durableStore, readDurableLog } from "@car/engine/node";
import type { CarEvent } from "@car/ir";
import { call, committed, noop, proposal } from "../fixtures.js";
import { interleave, timeUs } from "../measure.js";
import type { Row, Workload } from "../row.js";

const IN_FLIGHT = 64;
const PROPOSALS = 2_000;

/** Proposals of one irreversible call, each of which waits for the disk twice, beside a writer that only writes. */
export const durable: Workload = {
  id: "D1",
  about: `durable proposals with ${IN_FLIGHT} in flight: two syncs each, group-committed`,
  async run(rounds): Promise<readonly Row[]> {
    const folder = mkdtempSync(join(tmpdir(), "car-bench-"));
    try {
      const store = await durableStore({ dir: join(folder, "store"), snapshotEvery: 1e9 });
      const runtime = createRuntime({ durable: store, tools: [{ schema: { name: "noop" }, execute: noop }] });
      const one = proposal([call("a")]);
      committed(await runtime.execute(one));
      const bare = new BareWriter(join(folder, "bare"), await eventsOf(join(folder, "store")));
      const costs = await interleave(
        [
          { name: "bare writer", round: () => perProposal(() => bare.append()) },
          { name: "car", round: () => perProposal(async () => committed(await runtime.execute(one))) },
        ],
        rounds,
      );
      bare.close();
      await store.close();
      return costs.map(({ name, value, ratio }) => ({
        workload: "D1",
        side: name,
        value: 1e6 / value,
        unit: "proposals per second",
        against: "bare writer",
        ratio: 1 / ratio,
        ...(name === "car" && { goal: 0.7, atLeast: true }),
      }));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function eventsOf(dir: string): Promise<readonly CarEvent[]> {
  const events: CarEvent[] = [];
  for await (const event of readDurableLog(dir)) events.push(event);
  return events;
}

async function perProposal(one: () => Promise<unknown>): Promise<number> {
  let left = PROPOSALS;
  const lane = async (): Promise<void> => {
    while (left-- > 0) await one();
  };
  const us = await timeUs(() => Promise.all(Array.from({ length: IN_FLIGHT }, lane)));
  return us / PROPOSALS;
}

/** Appends the records of one proposal again and again: JSON, a SHA-256 chain, and one sync for all that wait. */
class BareWriter {
  private readonly fd: number;
  private readonly before: readonly CarEvent[];
  private readonly after: readonly CarEvent[];
  private text = "";
  private hash = "0".repeat(64);
  private seq = 0;
  private waiting: (() => void)[] = [];
  private isSyncing = false;

  constructor(path: string, events: readonly CarEvent[]) {
    this.fd = openSync(path, "w");
    const call = events.findIndex(({ kind }) => kind === "action_executing") + 1;
    this.before = events.slice(0, call);
    this.after = events.slice(call);
  }

  async append(): Promise<void> {
    this.add(this.before);
    await this.sync();
    this.add(this.after);
    await this.sync();
  }

  close(): void {
    closeSync(this.fd);
  }

  private add(events: readonly CarEvent[]): void {
    for (const event of events) {
      const line = JSON.stringify({ ...event, seq: ++this.seq, prev_hash: this.hash, hash: "" });
      this.hash = createHash("sha256").update(line).digest("hex");
      this.text += `${line.slice(0, -2)}${this.hash}"}\n`;
    }
  }

  private sync(): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.push(resolve);
      if (!this.isSyncing) setImmediate(() => this.round());
      this.isSyncing = true;
    });
  }

  private round(): void {
    const served = this.waiting;
    this.waiting = [];
    writeSync(this.fd, this.text);
    this.text = "";
    fdatasync(this.fd, () => {
      if (this.waiting.length > 0) setImmediate(() => this.round());
      else this.isSyncing = false;
      for (const each of served) each();
    });
  }
}
