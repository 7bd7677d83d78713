import { execFile } from "node:child_process";
import * as nodeFs from "node:fs";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import { verifyChain } from "../../chain/verify-chain.js";
import { bundleProgram, runProgram } from "../../testing/child-program.js";
import { faultyFs } from "../../testing/faulty-fs.js";
import { collect } from "../../testing/sample-log.js";
import { numbered, segmentsIn, smallSegments } from "../../testing/segment-logs.js";
import { readLog } from "./read-segments.js";
import { segmentEventLog } from "./segment-event-log.js";

const folder = mkdtempSync(join(tmpdir(), "car-fence-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;
const nextPath = (): string => join(folder, String(++count));
const LOCKED = expect.objectContaining({ code: "CAR_LOG_LOCKED" }) as Error;
const FENCED = expect.objectContaining({ code: "CAR_LOG_FENCED" }) as Error;

/** A claim that another host made; `text` without its inode. */
function foreignClaim(dir: string, text: string): string {
  const claim = join(dir, "epochs", "2");
  writeFileSync(claim, "");
  const inode = String(statSync(claim, { bigint: true }).ino);
  writeFileSync(claim, text.endsWith("}") ? JSON.stringify({ ...(JSON.parse(text) as object), inode }) : text);
  return claim;
}

describe("one writer at a time", () => {
  it("[EL-85] [8.1] a log that a live process has open is refused, and the error says whose it is", async () => {
    const dir = nextPath();
    const log = segmentEventLog({ dir });
    expect(() => segmentEventLog({ dir })).toThrow(LOCKED);
    expect(() => segmentEventLog({ dir })).toThrow(
      expect.objectContaining({ owner: expect.objectContaining({ pid: process.pid }) as object }) as Error,
    );
    await log.close();
    const next = segmentEventLog({ dir });
    expect(next.opened.tookOver).toBeUndefined();
    await next.close();
  });

  it("[EL-85] a claim that does not say whose it is counts until its lease ends", async () => {
    const dir = nextPath();
    await segmentEventLog({ dir }).close();
    writeFileSync(join(dir, "epochs", "2"), "");
    expect(() => segmentEventLog({ dir })).toThrow(LOCKED);
    utimesSync(join(dir, "epochs", "2"), new Date(), new Date(Date.now() - 11_000));
    const log = segmentEventLog({ dir });
    expect(log.opened.epoch).toBe(3);
    expect(readdirSync(join(dir, "epochs"))).toEqual(["3"]);
    await log.close();
  });

  it("[EL-96] [5.9] an opening that fails leaves no claim: with room again, the log opens at once", async () => {
    const dir = nextPath();
    await segmentEventLog({ dir }).close();
    for (const fs of [faultyFs({ capacity: 0 }), faultyFs({ capacity: 20 }), faultyFs({ failing: ["rmSync"] })]) {
      expect(() => segmentEventLog({ dir, fs })).toThrow(
        expect.objectContaining({ code: "CAR_LOG_WRITE_FAILED" }) as Error,
      );
      const log = segmentEventLog({ dir });
      expect(log.opened.tookOver).toBeUndefined();
      await log.close();
    }
  });

  it.each(["", '{"pid":', JSON.stringify({ pid: 7, host: "elsewhere", boot: "b", started: "1" })])(
    "[EL-97] [8.1] a claim from the future, %j, is held for one lease from when it is first seen",
    async (text) => {
      const dir = nextPath();
      await segmentEventLog({ dir }).close();
      const claim = foreignClaim(dir, text);
      const nextYear = new Date(Date.now() + 365 * 86_400_000);
      utimesSync(claim, nextYear, nextYear);
      expect(() => segmentEventLog({ dir, leaseMs: 100 })).toThrow(LOCKED);
      // An owner whose clock runs ahead says so again and again.
      await wait(60);
      utimesSync(claim, nextYear, nextYear);
      await wait(60);
      expect(() => segmentEventLog({ dir, leaseMs: 100 })).toThrow(LOCKED);
      await wait(150);
      await segmentEventLog({ dir, leaseMs: 100 }).close();
    },
  );

  it("[EL-85] a claim is renewed while its owner runs", async () => {
    const dir = nextPath();
    const log = segmentEventLog({ dir, leaseMs: 30 });
    const before = statSync(join(dir, "epochs", "1")).mtimeMs;
    await wait(60);
    expect(statSync(join(dir, "epochs", "1")).mtimeMs).toBeGreaterThan(before);
    await log.close();
  });

  it("[EL-86] [8.1] whoever comes back after a takeover confirms nothing, and nobody reads what it wrote", async () => {
    const dir = nextPath();
    const program = await bundleProgram("fenced-child", folder);
    const first = runProgram(program, dir);
    await first.untilSaid("ready");
    expect(() => segmentEventLog({ dir, leaseMs: 1_000 })).toThrow(LOCKED);

    first.child.kill("SIGSTOP");
    await wait(1_300);
    const log = segmentEventLog({ dir, leaseMs: 1_000 });
    expect(log.opened).toMatchObject({ epoch: 2, head: { seq: 3 }, tookOver: { pid: first.child.pid } });
    log.append(numbered(4));
    await log.flush();

    first.child.kill("SIGCONT");
    first.child.stdin.write("go on\n");
    await first.ended;
    expect(first.said()).toBe("ready\nCAR_LOG_FENCED\nthen CAR_LOG_FENCED\n");
    const [old = ""] = segmentsIn(dir);
    expect(readFileSync(join(dir, old), "utf8")).toContain("written after the takeover");

    log.append(numbered(5));
    await log.close();
    const again = segmentEventLog({ dir, verify: "all" });
    const head = await again.head();
    expect(head.seq).toBe(5);
    for (const events of [log.read(), again.read(), readLog(dir)]) {
      expect(await verifyChain(events, { head })).toMatchObject({ valid: true, events: 5 });
    }
    await again.close();
  });

  it("[EL-86] [8.1] a process that is dead is followed at once", async () => {
    const dir = nextPath();
    const first = runProgram(await bundleProgram("fenced-child", folder), dir);
    await first.untilSaid("ready");
    first.child.kill("SIGKILL");
    await first.ended;
    const log = segmentEventLog({ dir });
    expect(log.opened).toMatchObject({ head: { seq: 3 }, tookOver: { pid: first.child.pid } });
    await log.close();
  });

  it.each(["action", "commit"] as const)(
    "[EL-86] a flush for an %s fails once a higher epoch is claimed",
    async (reason) => {
      const dir = nextPath();
      const log = segmentEventLog({ dir, durability: "commit" });
      log.append(numbered(1));
      await log.flush(reason);
      writeFileSync(join(dir, "epochs", "2"), "");
      log.append(numbered(2));
      await expect(log.flush(reason)).rejects.toThrow(FENCED);
      expect(() => log.append(numbered(3))).toThrow(FENCED);
      expect(await collect(log.read({ to: 1 }))).toHaveLength(1);
      await log.close();
    },
  );

  it("[EL-86] a claim that is gone is over, too", async () => {
    const dir = nextPath();
    const log = segmentEventLog({ dir });
    rmSync(join(dir, "epochs", "1"));
    log.append(numbered(1));
    await expect(log.flush()).rejects.toThrow(FENCED);
    await log.close();
  });
});

describe("a copy", () => {
  it("[EL-94] [8.1] that `cp` makes while the log is written can be opened, and belongs to nobody", async () => {
    const dir = nextPath();
    const log = smallSegments(dir, { durability: "commit", segmentBytes: 15_000 });
    for (let round = 0; round < 8; round++) {
      const copy = nextPath();
      let isCopied = false;
      const copied = promisify(execFile)("cp", ["-r", dir, copy]).then(() => (isCopied = true));
      while (!isCopied) {
        for (let count = 0; count < 4; count++) log.append(numbered(count));
        await log.flush();
      }
      await copied;
      const opened = smallSegments(copy, { verify: "all" });
      const { head } = opened.opened;
      expect(await verifyChain(opened.read(), { head })).toMatchObject({ valid: true, events: head.seq });
      expect(opened.append(numbered(0))).toBe(head.seq + 1);
      await opened.close();
    }
    await log.close();
  });

  it("[EL-94] that ends anywhere in the newest segment is that log, a little earlier", async () => {
    const dir = nextPath();
    const log = smallSegments(dir, { segmentBytes: 100_000 });
    for (let seq = 1; seq <= 4; seq++) log.append(numbered(seq));
    await log.close();
    const [name = ""] = segmentsIn(dir);
    const whole = readFileSync(join(dir, name));
    for (let length = 0; length <= whole.length; length += 61) {
      nodeFs.truncateSync(join(dir, name), 0);
      writeFileSync(join(dir, name), whole.subarray(0, length));
      const events = await collect(readLog(dir));
      const opened = smallSegments(dir);
      expect(opened.opened.head.seq).toBe(events.length);
      await opened.close();
    }
  });
});
