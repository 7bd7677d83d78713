import { spawnSync } from "node:child_process";
import * as nodeFs from "node:fs";
import { cpSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, describe, expect, it } from "vitest";
import { type ClaimAnswer, claimFolder, type ClaimRequest, type FolderClaim } from "./claim-folder.js";
import { temporaryPaths, watchedFs } from "./testing/test-disk.js";

const path = temporaryPaths();
const claims: FolderClaim[] = [];
afterEach(() => {
  for (const claim of claims.splice(0)) claim.release();
});

const ask = (folder: string, options: Partial<ClaimRequest> = {}): ClaimAnswer =>
  claimFolder({ fs: nodeFs, path: folder, leaseMs: 10_000, ...options });

function claimed(folder: string, options: Partial<ClaimRequest> = {}): FolderClaim {
  const answer = ask(folder, options);
  if ("heldBy" in answer) throw new Error("the folder is held");
  claims.push(answer.claim);
  return answer.claim;
}

/** The claim `epoch` as another process would have made it. */
function foreignClaim(folder: string, epoch: number, owner: object): void {
  mkdirSync(folder, { recursive: true });
  const file = `${folder}/${epoch}`;
  writeFileSync(file, "");
  const inode = String(statSync(file, { bigint: true }).ino);
  writeFileSync(file, JSON.stringify({ pid: 1, host: "elsewhere", boot: "b", started: "1", inode, ...owner }));
}

const age = (folder: string, epoch: number, ms: number): void =>
  utimesSync(`${folder}/${epoch}`, new Date(), new Date(Date.now() - ms));

describe("claimFolder", () => {
  it("[FI-8] a folder has one owner, and whoever comes later is told who that is", () => {
    const folder = path();
    const claim = claimed(folder);
    expect(ask(folder)).toEqual({ heldBy: expect.objectContaining({ pid: process.pid, host: hostname() }) });
    expect(claim.isOver()).toBe(false);
    claim.release();
    claim.release();
    expect(claim.isOver()).toBe(true);
    const next = claimed(folder);
    expect([claim.epoch, next.epoch, next.tookOver]).toEqual([1, 2, undefined]);
    expect(readdirSync(folder)).toEqual(["2"]);
  });

  it("[FI-8] an epoch is higher than any before, also than those that are known from elsewhere", () => {
    expect(claimed(path(), { above: () => 41 }).epoch).toBe(42);
  });

  it("[FI-9] a process that has ended is followed at once", () => {
    const folder = path();
    const owner = JSON.parse(readFileSync(`${folder}/${claimed(folder).epoch}`, "utf8")) as { pid: number };
    const { pid } = spawnSync(process.execPath, ["-e", ""]);
    foreignClaim(folder, 2, { ...owner, pid, inode: undefined });
    writeFileSync(`${folder}/2`, readFileSync(`${folder}/2`, "utf8").replace("}", `,"inode":"${inodeOf(folder, 2)}"}`));
    expect(claimed(folder)).toMatchObject({ epoch: 3, tookOver: { pid } });
  });

  it("[FI-10] an owner that does not renew its claim is followed after the lease, and finds out", () => {
    const folder = path();
    const first = claimed(folder);
    age(folder, 1, 11_000);
    expect(claimed(folder)).toMatchObject({ epoch: 2, tookOver: { pid: process.pid } });
    expect(first.isOver()).toBe(true);
  });

  it.runIf(process.platform === "linux")("[FI-10] one that lives here is waited for, where that is asked for", () => {
    const folder = path();
    claimed(folder);
    age(folder, 1, 11_000);
    expect(ask(folder, { sparesLiving: true })).toMatchObject({ heldBy: { pid: process.pid } });
    // Of another machine nobody can say that.
    const elsewhere = path();
    foreignClaim(elsewhere, 1, {});
    age(elsewhere, 1, 11_000);
    expect(claimed(elsewhere, { sparesLiving: true }).epoch).toBe(2);
  });

  it("[FI-10] a claim is renewed while its owner runs, and is over when its file is gone", async () => {
    const folder = path();
    const claim = claimed(folder, { leaseMs: 30 });
    const before = statSync(`${folder}/1`).mtimeMs;
    await wait(60);
    expect(statSync(`${folder}/1`).mtimeMs).toBeGreaterThan(before);
    nodeFs.rmSync(`${folder}/1`);
    expect(claim.isOver()).toBe(true);
  });

  it.each(["", '{"pid":', "null"])(
    "[FI-11] a claim that does not say whose it is, %j, counts for one lease",
    (text) => {
      const folder = path();
      mkdirSync(folder);
      writeFileSync(`${folder}/1`, text);
      expect(ask(folder)).toEqual({ heldBy: undefined });
      age(folder, 1, 11_000);
      expect(claimed(folder).epoch).toBe(2);
    },
  );

  it("[FI-11] one from the future counts for one lease from when it is first seen", async () => {
    const folder = path();
    foreignClaim(folder, 1, {});
    age(folder, 1, -1_000_000);
    expect(ask(folder, { leaseMs: 60 })).toHaveProperty("heldBy");
    await wait(120);
    expect(claimed(folder, { leaseMs: 60 }).epoch).toBe(2);
  });

  it("[FI-12] a copy belongs to nobody", () => {
    const folder = path();
    claimed(folder);
    const copy = path();
    cpSync(folder, copy, { recursive: true });
    expect(claimed(copy)).toMatchObject({ epoch: 2, tookOver: undefined });
  });

  it("[FI-13] a claim that fails, at whichever call, keeps nobody out", () => {
    for (const failing of ["openSync", "writeSync"] as const) {
      const folder = path();
      const fs = watchedFs((name) => {
        if (name === failing) throw Object.assign(new Error("full"), { code: "ENOSPC" });
      });
      expect(() => ask(folder, { fs })).toThrow(/full/);
      expect(claimed(folder).tookOver).toBeUndefined();
    }
  });

  it("[FI-14] of two that claim at the same time one gets the folder, wherever the other one comes between", () => {
    for (let moment = 1; moment <= 3; moment++) {
      const folder = path();
      const made: FolderClaim[] = [];
      let calls = 0;
      const fs = watchedFs((name) => {
        if ((name === "openSync" || name === "writeSync") && ++calls === moment) made.push(...claimOf(ask(folder)));
      });
      made.push(...claimOf(ask(folder, { fs })));
      claims.push(...made);
      expect(made.filter((claim) => !claim.isOver())).toHaveLength(1);
    }
  });
});

function claimOf(answer: ClaimAnswer): readonly FolderClaim[] {
  return "claim" in answer ? [answer.claim] : [];
}

function inodeOf(folder: string, epoch: number): string {
  return String(statSync(`${folder}/${epoch}`, { bigint: true }).ino);
}
