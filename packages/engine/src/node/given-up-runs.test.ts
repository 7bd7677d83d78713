import * as nodeFs from "node:fs";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import type { FolderSystem } from "@car/files";
import { LogFencedError } from "@car/ir";
import { describe, expect, it } from "vitest";
import { temporaryPaths } from "../testing/disk.js";
import { durableStore } from "./durable-store.js";
import { GivenUpRuns } from "./given-up-runs.js";

const newPath = temporaryPaths();
const ID = "0123456789abcdef0123456789abcdef";

interface Owner {
  readonly epoch?: number;
  readonly fs?: FolderSystem;
  readonly assertOwner?: () => void;
  readonly isOpen?: (runId: string) => boolean;
}

function open(
  path: string,
  { epoch = 1, fs = nodeFs, assertOwner = () => undefined, isOpen = () => true }: Owner = {},
) {
  const opened = { epoch } as ConstructorParameters<typeof GivenUpRuns>[0]["log"]["opened"];
  return new GivenUpRuns({ fs, path, log: { opened, assertOwner } }, isOpen);
}

const numbered = (count: number): string[] =>
  Array.from({ length: count }, (_, n) => ID.slice(8) + String(n).padStart(8, "0"));

describe("GivenUpRuns", () => {
  it("[EN-60] the next owner knows what was given up, and the one after it, too", async () => {
    const path = newPath();
    const first = open(path);
    expect(await first.add(ID)).toBe(true);
    first.close();
    expect([...open(path, { epoch: 2 }).earlier]).toEqual([ID]);
    expect([...open(path, { epoch: 3 }).earlier]).toEqual([ID]);
  });

  it("[EN-62] a note is gone once the run's end is in the log", async () => {
    const path = newPath();
    const first = open(path);
    await Promise.all(numbered(2).map((id) => first.add(id)));
    const [one = "", other = ""] = numbered(2);
    expect([...open(path, { epoch: 2, isOpen: (id) => id === one }).earlier]).toEqual([one]);
    expect([...open(path, { epoch: 3, isOpen: () => false }).earlier]).toEqual([]);
    expect([...open(path, { epoch: 4, isOpen: (id) => id === other }).earlier]).toEqual([]);
    expect(readdirSync(path)).toEqual(["4"]);
  });

  it("[EN-60] [EN-62] the file never grows, and what does not fit in it is not noted", async () => {
    const path = newPath();
    const runs = open(path);
    const { size } = statSync(`${path}/1`);
    expect(await runs.add("x".repeat(55))).toBe(false);
    expect(await runs.add("two words")).toBe(false);
    const noted = await Promise.all(numbered(1_024).map((id) => runs.add(id)));
    expect(new Set(noted)).toEqual(new Set([true]));
    expect(await runs.add(ID)).toBe(false);
    expect(statSync(`${path}/1`).size).toBe(size);
    expect(open(path, { epoch: 2 }).earlier.size).toBe(1_024);
  });

  it("[EN-61] whoever has lost the store notes nothing that it relies on", async () => {
    const fenced = (): void => {
      throw new LogFencedError("another process has the log");
    };
    expect(await open(newPath(), { assertOwner: fenced }).add(ID)).toBe(false);
  });

  it.each(["writeSync", "fdatasyncSync"] as const)("[EN-61] a %s that fails is no note", async (name) => {
    let isBroken = false;
    const failing = (...args: unknown[]): unknown => {
      if (isBroken) throw new Error("EIO: injected");
      return (nodeFs[name] as (...args: unknown[]) => unknown)(...args);
    };
    const runs = open(newPath(), { fs: { ...nodeFs, [name]: failing } });
    isBroken = true;
    expect(await Promise.all([runs.add(ID), runs.add(ID)])).toEqual([false, false]);
  });

  it("[EN-61] once it is closed nothing is written", async () => {
    const path = newPath();
    const runs = open(path);
    const late = runs.add(ID);
    runs.close();
    expect([await late, await runs.add(ID)]).toEqual([false, false]);
    expect(readFileSync(`${path}/1`).every((byte) => byte === 0)).toBe(true);
  });

  it("[EN-60] a record that was cut off, or changed, counts for nothing", async () => {
    const path = newPath();
    const runs = open(path);
    await runs.add(ID);
    runs.close();
    const bytes = readFileSync(`${path}/1`);
    for (const at of [0, 20, 33, 60]) {
      const other = newPath();
      mkdirSync(other);
      const damaged = Buffer.from(bytes);
      damaged[at]! ^= 1;
      writeFileSync(`${other}/1`, damaged);
      expect([...open(other, { epoch: 2 }).earlier]).toEqual([]);
    }
    writeFileSync(`${path}/1`, bytes.subarray(0, 50));
    expect([...open(path, { epoch: 2 }).earlier]).toEqual([]);
  });

  it("[EN-59] [EN-60] a store that has no room for it does not open", async () => {
    const full = (fd: number, bytes: Uint8Array, ...rest: number[]): number => {
      if (bytes.length > 60_000) throw Object.assign(new Error("ENOSPC: injected"), { code: "ENOSPC" });
      return nodeFs.writeSync(fd, bytes, ...rest);
    };
    const dir = newPath();
    const fs = { ...nodeFs, writeSync: full as FolderSystem["writeSync"] };
    await expect(durableStore({ dir, fs })).rejects.toMatchObject({ code: "CAR_LOG_WRITE_FAILED" });
    const store = await durableStore({ dir });
    expect(await store.giveUp(ID)).toBe(true);
    await store.close();
  });
});
