import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { setTimeout as wait } from "node:timers/promises";
import { replayState } from "@car/eventlog";
import { verifyLog } from "@car/eventlog/node";
import { describe, expect, it } from "vitest";
import { contentsOf, copyOf, openRuntime, temporaryPaths } from "../testing/disk.js";
import { requireApproval, rulePolicy } from "@car/policy";
import { createRuntime } from "../create-runtime.js";
import { call, tool } from "../testing/fixtures.js";
import { durableStore, readDurableLog } from "./durable-store.js";

const path = temporaryPaths();

async function commits(runtime: Awaited<ReturnType<typeof openRuntime>>["runtime"], count: number): Promise<void> {
  for (let value = 0; value < count; value++) {
    const write = { id: "w", type: "state_write" as const, parameters: { key: `k${value % 7}`, value } };
    expect((await runtime.execute({ actions: [write, call("c", "count")] })).status).toBe("committed");
  }
}

const snapshotsIn = (dir: string): string[] => readdirSync(`${dir}/snapshots`).sort();

/** A store with two snapshots and some events after them. */
async function withSnapshots(options: Parameters<typeof openRuntime>[1] = {}): Promise<string> {
  const dir = path();
  const { store, runtime } = await openRuntime(dir, { segmentBytes: 4_000, ...options });
  for (let round = 0; round < 2; round++) {
    await commits(runtime, 8);
    await store.snapshot();
  }
  await commits(runtime, 3);
  await store.close();
  return dir;
}

describe("durableStore", () => {
  it("[EN-95] [6.5] [8.1] has requests for approval in its folder, also in a copy, and the run that waits goes on there", async () => {
    const dir = path();
    const policy = rulePolicy([requireApproval({ tool: "count" })]);
    const store = await durableStore({ dir });
    const options = { policy, tools: [tool("count", () => 1)] };
    const first = createRuntime({ ...options, durable: store, approvals: store.approvals });
    const { run_id, status } = await first.execute({ actions: [call("c", "count")] });
    expect(status).toBe("suspended");
    const copy = await durableStore({ dir: copyOf(dir, path()) });
    const second = createRuntime({ ...options, durable: copy, approvals: copy.approvals });
    expect((await second.recover()).runs[0]?.result.status).toBe("suspended");
    const [request] = await second.approvals.pending();
    await second.approvals.decide(request!.id, { approved: true });
    expect((await second.resume(run_id)).status).toBe("committed");
    expect(await first.approvals.pending()).toHaveLength(1);
    for (const each of [store, copy]) await each.close();
  });

  it("[EN-57] [8.1] [4.9] opens with every value as it was, with its origin and the trusted value under it", async () => {
    const dir = path();
    const { store, runtime } = await openRuntime(dir);
    await runtime.state.set("a", { n: [1, "ü", null] });
    await runtime.state.set("gone", 1);
    await runtime.execute({
      actions: [
        { id: "w", type: "state_write", parameters: { key: "a", value: "model" } },
        { id: "p", type: "state_write", parameters: { key: "__proto__", value: "\u2028" } },
        call("c", "count"),
      ],
    });
    await runtime.state.delete("gone");
    const before = ["a", "__proto__", "count", "gone"].map((key) => runtime.state.entry(key));
    for (const withSnapshot of [false, true]) {
      if (withSnapshot) await store.snapshot();
      const copy = copyOf(dir, path());
      const again = await openRuntime(copy);
      expect(again.store.opened.snapshotSeq > 0).toBe(withSnapshot);
      expect(["a", "__proto__", "count", "gone"].map((key) => again.runtime.state.entry(key))).toEqual(before);
      expect(again.store.state.view().version).toBe(store.state.view().version);
      await again.store.close();
    }
    expect(before[0]).toMatchObject({ value: "model", origin: "model", trusted: { origin: "host" } });
    await store.close();
  });

  it("[EN-57] [8.1] the newest snapshot, the one before it, and no snapshot give the same state", async () => {
    const dir = await withSnapshots();
    const [oldest, newest] = snapshotsIn(dir) as [string, string];
    const all = await contentsOf(copyOf(dir, path()));
    const damaged = copyOf(dir, path());
    const bytes = readFileSync(`${dir}/snapshots/${newest}`);
    for (let at = 0; at < bytes.length; at += Math.ceil(bytes.length / 9)) {
      const flipped = Buffer.from(bytes);
      flipped[at]! ^= 1 << (at % 8);
      writeFileSync(`${damaged}/snapshots/${newest}`, flipped);
      const store = await durableStore({ dir: damaged });
      expect(store.opened.snapshotSeq).toBe(Number.parseInt(oldest, 10));
      await store.close();
    }
    expect(await contentsOf(damaged)).toEqual(all);
    rmSync(`${damaged}/snapshots`, { recursive: true });
    expect(await contentsOf(damaged)).toEqual(all);
    expect((await replayState(readDurableLog(dir))).version).toEqual((all as { version: number }).version);
  });

  it("[EN-57] [8.1] a snapshot of what the log does not have is damage, but not in a copy", async () => {
    const dir = await withSnapshots();
    const early = copyOf(`${dir}/log`, path());
    const later = await openRuntime(dir);
    await commits(later.runtime, 8);
    await later.store.snapshot();
    await later.store.close();
    rmSync(`${dir}/log`, { recursive: true });
    copyOf(early, `${dir}/log`);
    const copy = copyOf(dir, path());
    await expect(durableStore({ dir })).rejects.toMatchObject({ code: "CAR_LOG_CORRUPT" });

    const { store, runtime } = await openRuntime(copy);
    expect(store.opened.isCopy).toBe(true);
    // Once it has grown past the snapshot that did not fit, that one must not count.
    await commits(runtime, 40);
    await store.close();
    const kept = await contentsOf(copy);
    expect((await replayState(readDurableLog(copy))).version).toBe((kept as { version: number }).version);
  });

  it("[EN-57] [8.1] without durability an older snapshot serves", async () => {
    const dir = await withSnapshots({ durability: "none" });
    const newest = snapshotsIn(dir).at(-1)!;
    renameSync(`${dir}/snapshots/${newest}`, `${dir}/snapshots/${"9".repeat(16)}.jsonl`);
    const text = readFileSync(`${dir}/snapshots/${"9".repeat(16)}.jsonl`, "utf8");
    expect(text).not.toBe("");
    const store = await durableStore({ dir, durability: "none" });
    expect(store.opened.snapshotSeq).toBeGreaterThan(0);
    await store.close();
  });

  it("[EN-58] [8.1] a copy that is taken while it is written opens", async () => {
    const dir = path();
    const { store, runtime } = await openRuntime(dir, { snapshotEvery: 10, segmentBytes: 1_000_000 });
    const work = commits(runtime, 60);
    for (let count = 0; count < 4; count++) {
      await wait(10);
      const copy = copyOf(dir, path());
      const again = await openRuntime(copy);
      expect(again.store.opened.isCopy).toBe(true);
      await again.store.close();
      expect(await verifyLog(`${copy}/log`)).toMatchObject({ valid: true });
    }
    await work;
    await store.close();
  });

  it("[EN-58] [8.1] what compacting leaves opens, verifies and goes on", async () => {
    const dir = path();
    const { store, runtime } = await openRuntime(dir, { segmentBytes: 3_000 });
    await commits(runtime, 30);
    await store.compact();
    await commits(runtime, 30);
    await store.compact();
    await commits(runtime, 2);
    await store.close();
    const again = await openRuntime(dir);
    expect(again.store.opened.dropped?.seq).toBeGreaterThan(10);
    expect(again.runtime.state.get("count")).toBe(62);
    await commits(again.runtime, 1);
    await again.store.close();
    expect(await verifyLog(`${dir}/log`)).toMatchObject({ valid: true });
    // The older snapshot still has the events that follow it.
    rmSync(`${dir}/snapshots/${snapshotsIn(dir).at(-1)!}`);
    const third = await openRuntime(dir);
    expect(third.runtime.state.get("count")).toBe(63);
    await third.store.close();
  });

  it("[EN-58] [8.1] closing waits for a snapshot, and leaves nothing unfinished behind", async () => {
    const dir = path();
    const { store, runtime } = await openRuntime(dir);
    await commits(runtime, 5);
    void store.snapshot();
    await store.close();
    expect(snapshotsIn(dir)).toHaveLength(1);
    writeFileSync(`${dir}/snapshots/7.jsonl.tmp`, "half");
    await contentsOf(dir);
    expect(snapshotsIn(dir).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });
});
