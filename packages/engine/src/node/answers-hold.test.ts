import * as nodeFs from "node:fs";
import type { FolderSystem } from "@car/files";
import { type LogDurability, verifyLog } from "@car/eventlog/node";
import { CarError, type ProposalInput } from "@car/ir";
import { describe, expect, it } from "vitest";
import { openRuntime, temporaryPaths } from "../testing/disk.js";
import { call } from "../testing/fixtures.js";

const path = temporaryPaths();

/** A disk that takes so many more bytes, and so many syncs; what is written in place takes no room. */
class Disk {
  room = Infinity;
  syncs = Infinity;
  inPlace = true;

  readonly fs: FolderSystem = {
    ...nodeFs,
    writeSync: ((
      ...args: [fd: number, bytes: Uint8Array, offset: number, length: number, position?: number | null]
    ) => {
      const [fd, bytes, offset, length, position] = args;
      if (typeof position === "number") return this.inPlace ? nodeFs.writeSync(...args) : full();
      if (this.room <= 0) return full();
      const written = nodeFs.writeSync(fd, bytes, offset, Math.min(length, this.room));
      this.room -= written;
      return written;
    }) as FolderSystem["writeSync"],
    fdatasync: ((fd: number, done: (error: NodeJS.ErrnoException | null) => void) => {
      if (this.syncs-- > 0) nodeFs.fdatasync(fd, done);
      else setImmediate(() => done(new Error("EIO: injected")));
    }) as FolderSystem["fdatasync"],
  };
}

function full(): never {
  throw Object.assign(new Error("ENOSPC: injected"), { code: "ENOSPC" });
}

/** Its calls have the name of the proposal in theirs. */
function booking(name: string): ProposalInput {
  const after = (...ids: string[]) => ({
    dependencies: ids.map((id) => `${id}-${name}`),
    failure_behavior: "retry" as const,
  });
  return {
    actions: [
      call(`book-${name}`, "book", after()),
      call(`charge-${name}`, "charge", after("book")),
      { id: `done-${name}`, type: "state_write", parameters: { key: name, value: 1 }, ...after("charge") },
    ],
  };
}

/** Ends as rolled back, after what it booked was taken back. */
function sold(name: string): ProposalInput {
  return { actions: [call(`book-${name}`, "book"), call(`fail-${name}`, "fail", { dependencies: [`book-${name}`] })] };
}

/** Executes until the disk fails, in two lanes; gives the answers by name. */
async function work(dir: string, fault: Partial<Disk>, durability: LogDurability) {
  const disk = new Disk();
  const { store, runtime, world } = await openRuntime(dir, { fs: disk.fs, durability, snapshotEvery: 3 });
  // Whoever opens the store next has the tool.
  runtime.unregisterTool("put");
  Object.assign(disk, fault);
  const told = new Map<string, string>();
  const execute = async (name: string, proposal: ProposalInput): Promise<void> => {
    const tell = (status: string): void => void told.set(name, status);
    await runtime.execute(proposal).then(
      ({ status }) => tell(status),
      (error: unknown) => tell(CarError.isInstance(error) ? error.code : String(error)),
    );
  };
  const lane = async (lane: string): Promise<void> => {
    for (let i = 0; i < 5; i++) {
      await execute(`${lane}${i}`, booking(`${lane}${i}`));
      await execute(`${lane}${i}s`, sold(`${lane}${i}s`));
      await execute(`${lane}${i}x`, { actions: [call(`put-${lane}${i}x`, "put")] });
    }
  };
  await Promise.all([lane("a"), lane("b")]);
  await runtime.close().catch(() => undefined);
  await store.close().catch(() => undefined);
  return { told, world };
}

/** What must hold of every answer when the store is opened again where there is room. */
async function check(dir: string, { told, world: before }: Awaited<ReturnType<typeof work>>): Promise<void> {
  const { store, runtime, world, report } = await openRuntime(dir);
  const undone = [...before.calls, ...world.calls].filter(({ tool }) => tool === "unbook").map(({ action }) => action);
  expect(undone).toEqual([...new Set(undone)]);
  for (const [name, status] of told) {
    const made = world.calls.filter(({ tool, action }) => tool !== "unbook" && action.endsWith(`-${name}`));
    if (status === "committed") expect(runtime.state.get(name)).toBe(1);
    if (status !== "CAR_RUN_UNDECIDED") expect(made).toEqual([]);
    if (status === "rolled_back" || status === "rejected") expect(runtime.state.get(name)).toBeUndefined();
  }
  for (const { result } of report.runs) expect(["committed", "rolled_back", "rejected"]).toContain(result.status);
  await store.close();
  const again = await openRuntime(dir);
  expect(again.report.runs).toEqual([]);
  await again.store.close();
  expect(await verifyLog(`${dir}/log`)).toMatchObject({ valid: true });
}

describe.each(["action", "commit"] as const)("a log that breaks under open runs, with durability %s", (durability) => {
  it("[EN-60] [8.1] at any byte: what was answered stays true", async () => {
    const seen = new Set<string>();
    for (let room = 0; room < 22_000; room += 810) {
      const dir = path();
      const worked = await work(dir, { room }, durability);
      await check(dir, worked);
      for (const status of worked.told.values()) seen.add(status);
    }
    expect([...seen].sort()).toEqual(["CAR_RUN_UNDECIDED", "committed", "rejected", "rolled_back"]);
  });

  it("[EN-60] [8.1] at any sync: what was answered stays true", async () => {
    for (let syncs = 0; syncs < 16; syncs += 2) {
      const dir = path();
      const worked = await work(dir, { syncs }, durability);
      await check(dir, worked);
    }
  });

  it("[EN-60] [EN-56] [5.2] while a run is undone: a compensation is made once, by this process or by recovery", async () => {
    let made = 0;
    for (let room = 5_000; room < 9_000; room += 350) {
      const dir = path();
      const disk = new Disk();
      const { store, runtime, world } = await openRuntime(dir, { fs: disk.fs, durability });
      disk.room = room;
      expect((await runtime.execute(sold("s"))).status).toBe("rolled_back");
      await runtime.close().catch(() => undefined);
      await store.close().catch(() => undefined);
      await check(dir, { told: new Map([["s", "rolled_back"]]), world });
      made += world.calls.length;
    }
    expect(made).toBeGreaterThan(5);
  });

  it("[EN-61] [8.1] and that takes no mark either: nobody is told how a run ended that is in the log", async () => {
    for (let room = 1_000; room < 9_000; room += 490) {
      const dir = path();
      const worked = await work(dir, { room, inPlace: false }, durability);
      const { told, world } = worked;
      const acted = (name: string): boolean => world.calls.some(({ action }) => action.endsWith(`-${name}`));
      for (const [name, status] of told) {
        if (acted(name)) expect(["committed", "CAR_RUN_UNDECIDED"]).toContain(status);
      }
      await check(dir, worked);
    }
  });
});
