import * as nodeFs from "node:fs";
import type { FolderSystem } from "@car/files";
import { verifyLog } from "@car/eventlog/node";
import { CarError, LogFencedError } from "@car/ir";
import type { EventLog } from "@car/ir/ports";
import { memoryApprovalStore } from "@car/approvals";
import { requireApproval, rulePolicy } from "@car/policy";
import { describe, expect, it } from "vitest";
import { createRuntime } from "../create-runtime.js";
import { contentsOf, copyOf, openRuntime, temporaryPaths } from "../testing/disk.js";
import { call, tool } from "../testing/fixtures.js";
import { OutsideWorld } from "../testing/outside-world.js";
import { reopened } from "../testing/reopened.js";
import { durableStore } from "./durable-store.js";

const path = temporaryPaths();
const CALLS = [
  ...(["openSync", "writeSync", "fdatasyncSync", "fsyncSync", "ftruncateSync", "renameSync", "unlinkSync"] as const),
  ...(["mkdirSync", "readSync", "readFileSync", "readdirSync", "fdatasync"] as const),
];

/** The real file system, whose n-th call fails, or writes only a part from then on. */
function failingAt(
  n: number,
  fault: "EIO" | "ENOSPC" | "short",
): { readonly fs: FolderSystem; readonly count: () => number } {
  let calls = 0;
  const wrapped = CALLS.map((name) => [
    name,
    (...args: unknown[]): unknown => {
      const isDue = ++calls === n && fault !== "short";
      const error = Object.assign(new Error(`${fault}: injected`), { code: fault });
      const done = args.at(-1);
      if (isDue && name === "fdatasync") return void setImmediate(() => (done as (error: Error) => void)(error));
      if (isDue) throw error;
      const [fd, bytes, offset = 0, length = (bytes as Uint8Array | undefined)?.length ?? 0] = args as [
        number,
        Uint8Array,
      ];
      if (name === "writeSync" && fault === "short" && calls >= n && length > 1) {
        return nodeFs.writeSync(fd, bytes, offset, Math.ceil(length / 3));
      }
      return (nodeFs[name] as (...args: unknown[]) => unknown)(...args);
    },
  ]);
  return { fs: { ...nodeFs, ...(Object.fromEntries(wrapped) as Partial<FolderSystem>) }, count: () => calls };
}

const ROOM = { actions: [call("room", "book"), call("pay", "charge", { dependencies: ["room"] })] };

/** Works on a store until something fails; gives the errors and what was confirmed. */
async function work(
  dir: string,
  fs: FolderSystem,
): Promise<{ confirmed: number; errors: unknown[]; world: OutsideWorld }> {
  const errors: unknown[] = [];
  let confirmed = 0;
  let world = new OutsideWorld();
  try {
    const opened = await openRuntime(dir, { fs, segmentBytes: 2_000, snapshotEvery: 2, onError: () => undefined });
    world = opened.world;
    for (let index = 0; index < 6; index++) {
      const result = await opened.runtime.execute(ROOM).catch((error: unknown) => error as CarError);
      if ("code" in result) expect(result.code).toBe("CAR_RUN_UNDECIDED");
      else if (result.status === "committed") confirmed++;
      else expect(result.cause?.code).toBe("store_error");
    }
    await opened.store.snapshot().catch((error: unknown) => errors.push(error));
    await opened.store.close();
  } catch (error) {
    errors.push(error);
  }
  return { confirmed, errors, world };
}

describe("a disk that fails", () => {
  it.each(["EIO", "ENOSPC", "short"] as const)(
    "[EN-59] [EN-56] [5.9] with %s in any call is told, and loses nothing that was confirmed",
    async (fault) => {
      const counting = failingAt(0, fault);
      await work(path(), counting.fs);
      const total = counting.count();
      expect(total).toBeGreaterThan(40);
      for (let n = 1; n <= total; n += Math.ceil(total / (fault === "short" ? 4 : 20))) {
        const dir = path();
        const { confirmed, errors, world } = await work(dir, failingAt(n, fault).fs);
        expect(world.calls.filter(({ tool: name }) => name === "unbook")).toEqual([]);
        if (fault === "short") expect([confirmed, errors]).toEqual([6, []]);
        for (const error of errors) if (!(error instanceof Error)) expect.fail(String(error));
        const again = await openRuntime(dir);
        const committed = again.store.state.view().version;
        expect(committed).toBeGreaterThanOrEqual(confirmed);
        await again.store.close();
        expect(await verifyLog(`${dir}/log`)).toMatchObject({ valid: true });
      }
    },
    30_000,
  );

  it.each(["EIO", "ENOSPC"] as const)(
    "[EN-59] [5.9] [8.1] with %s opening rejects with an error of ours, and leaves nothing that keeps the next one out",
    async (fault) => {
      const dir = path();
      for (let n = 1; n <= 40; n++) {
        const opening = durableStore({ dir, fs: failingAt(n, fault).fs });
        const error: unknown = await opening.then(
          (store) => store.close(),
          (cause: unknown) => cause,
        );
        expect(error === undefined || CarError.isInstance(error)).toBe(true);
        await durableStore({ dir }).then((store) => store.close());
      }
    },
  );

  it("[EN-59] [EN-57] [8.1] a flipped bit is found, or in a snapshot passed over", async () => {
    const dir = path();
    await work(dir, nodeFs);
    const whole = await contentsOf(copyOf(dir, path()));
    const files = (nodeFs.readdirSync(dir, { recursive: true }) as string[]).filter((name) => name.endsWith(".jsonl"));
    expect(files.length).toBeGreaterThan(4);
    for (const name of files) {
      const bytes = nodeFs.readFileSync(`${dir}/${name}`);
      for (let at = 3; at < bytes.length; at += Math.ceil(bytes.length / 2)) {
        const copy = copyOf(dir, path());
        bytes[at]! ^= 4;
        nodeFs.writeFileSync(`${copy}/${name}`, bytes);
        bytes[at]! ^= 4;
        const { valid } = await verifyLog(`${copy}/log`);
        const contents = await contentsOf(copy).catch((error: unknown) =>
          CarError.isInstance(error) ? undefined : error,
        );
        if (contents !== undefined) expect(contents).toEqual(whole);
        if (name.startsWith("log/")) expect(valid).toBe(false);
      }
    }
  });

  it("[EN-59] [8.1] a missing segment is found", async () => {
    const dir = path();
    await work(dir, nodeFs);
    const segments = nodeFs
      .readdirSync(`${dir}/log`)
      .filter((name) => name.endsWith(".jsonl"))
      .sort();
    for (const name of segments.slice(1, -1)) {
      const copy = copyOf(dir, path());
      nodeFs.rmSync(`${copy}/log/${name}`);
      await expect(durableStore({ dir: copy })).rejects.toMatchObject({ code: "CAR_LOG_CORRUPT" });
    }
  });
});

/** A store whose log is taken over by another process when its tool `takeover` is called. */
async function fencedStore() {
  const durable = await reopened([]);
  let isFenced = false;
  const { eventLog } = durable;
  const fenced = () => new LogFencedError("another process has the log");
  const log: EventLog = {
    supports: eventLog.supports,
    append(draft) {
      if (isFenced) throw fenced();
      return eventLog.append(draft);
    },
    flush: () => (isFenced ? Promise.reject(fenced()) : undefined),
    read: (options) => eventLog.read(options),
    head: () => eventLog.head(),
    close: () => eventLog.close(),
  };
  const takeover = tool("takeover", () => void (isFenced = true), { reversibility: "reversible" });
  return { durable: { ...durable, eventLog: log }, takeover, fence: () => void (isFenced = true) };
}

describe("a process that lost its log", () => {
  it("[EN-56] [EN-61] [7.3] neither confirms nor compensates, nor says how the run ended: another process will", async () => {
    const { durable, takeover } = await fencedStore();
    const world = new OutsideWorld();
    const runtime = createRuntime({ durable, tools: [...world.tools, takeover] });
    const told = runtime.execute({
      actions: [call("room", "book"), call("t", "takeover", { dependencies: ["room"] })],
    });
    await expect(told).rejects.toMatchObject({ code: "CAR_RUN_UNDECIDED", runId: expect.any(String) as string });
    expect(world.calls.map(({ tool: name }) => name)).toEqual(["book"]);
    expect(runtime.state.keys()).toEqual([]);
    await expect(runtime.execute({ actions: [call("n", "note")] })).resolves.toMatchObject({ status: "rejected" });
    await runtime.close().catch(() => undefined);
  });

  it("[EN-61] [6.5] nor does it say so of a run that waited for an approval, which has ended here all the same", async () => {
    const { durable, fence } = await fencedStore();
    const policy = rulePolicy([requireApproval({ tool: "charge" })]);
    const world = new OutsideWorld();
    const runtime = createRuntime({ durable, policy, tools: world.tools, approvals: memoryApprovalStore() });
    const { run_id, status } = await runtime.execute({ actions: [call("pay", "charge")] });
    expect(status).toBe("suspended");
    fence();
    await expect(runtime.resume(run_id)).rejects.toMatchObject({ code: "CAR_RUN_UNDECIDED", runId: run_id });
    await expect(runtime.resume(run_id)).rejects.toMatchObject({ code: "CAR_RUN_UNKNOWN" });
    expect(world.calls).toEqual([]);
  });
});
