import { createHash } from "node:crypto";
import * as nodeFs from "node:fs";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { testRuntime } from "../testing/fixtures.js";
import { loadCheckpoint, saveCheckpoint } from "./checkpoint-file.js";

let folder: string;
let path: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "car-checkpoint-"));
  path = join(folder, "one.json");
});
afterAll(() => rmSync(folder, { recursive: true }));

const INVALID = expect.objectContaining({ code: "CAR_CHECKPOINT_INVALID" }) as Error;

/** A checkpoint with nothing in it but `more`. */
function bodyWith(more: object): string {
  const empty = { format_version: 1, state_version: 0, head: { seq: 0, hash: "" }, limits: {} };
  return JSON.stringify({ ...empty, entries: [], receipts: [], tools: [], ...more });
}

describe("saveCheckpoint and loadCheckpoint", () => {
  it("[CK-7] [8.3] a checkpoint comes back from its file as it was, and replaces the one before", async () => {
    const { runtime } = testRuntime({ state: { ü: "\u2028", a: [1, { b: null }] } });
    await saveCheckpoint(runtime, path);
    await runtime.state.set("a", 2);
    const saved = await saveCheckpoint(runtime, path);
    expect(loadCheckpoint(path)).toEqual(JSON.parse(JSON.stringify(saved)));
    expect(readdirSync(folder)).toEqual(["one.json"]);
  });

  it("[CK-8] [8.3] every flipped bit and every cut is noticed", async () => {
    const { runtime } = testRuntime({ state: { a: 1 } });
    await saveCheckpoint(runtime, path);
    const bytes = readFileSync(path);
    const bad = join(folder, "bad.json");
    for (let at = 0; at < bytes.length; at++) {
      const flipped = Buffer.from(bytes);
      flipped[at] = flipped[at]! ^ (1 << (at % 8));
      writeFileSync(bad, flipped);
      expect(() => loadCheckpoint(bad), `bit in byte ${at}`).toThrow(INVALID);
      writeFileSync(bad, bytes.subarray(0, at));
      expect(() => loadCheckpoint(bad), `cut after ${at} bytes`).toThrow(INVALID);
    }
    writeFileSync(bad, Buffer.concat([bytes, Buffer.from("x")]));
    expect(() => loadCheckpoint(bad)).toThrow(INVALID);
    writeFileSync(bad, bytes.toString().replace('"format_version":1', '"format_version":2'));
    expect(() => loadCheckpoint(bad)).toThrow("has format_version 2, not 1");
    expect(() => loadCheckpoint(join(folder, "none.json"))).toThrow("ENOENT");
  });

  it.each<[string, string | Buffer, string]>([
    ["no JSON", '{"a":', "line 2: it is no JSON"],
    ["no object", "7", "line 2: the checkpoint is no object"],
    [
      "a number that is not finite",
      '{"limits":{"max_depth":1e999}}',
      "line 2: limits.max_depth: a number is not finite",
    ],
    ["half of a surrogate pair", '{"entries":[{"key":"\\ud800"}]}', "line 2: entries[0].key: a lone surrogate"],
    ["too many levels", `[${"[".repeat(1_000)}${"]".repeat(1_000)}]`, "nested deeper than 1000 levels"],
    ["no UTF-8", Buffer.from([0x22, 0xff, 0x22]), "line 2: it is no UTF-8"],
    [
      "an odd entry",
      bodyWith({ entries: [{ key: "k", value: 1, origin: "nobody", version: 1 }] }),
      "`entries[0]`, key `k`",
    ],
    ["an odd receipt", bodyWith({ receipts: [{ key: "r", run_id: "x" }] }), "`receipts[0]`, key `r`"],
    ["an odd tool", bodyWith({ tools: [null] }), "`tools[0]` what is none: it is no object"],
  ])("[CK-8] [8.3] a checksum over %s is refused with file, place and what is wrong", (_, body, problem) => {
    const bad = join(folder, "odd.json");
    const bytes = Buffer.from(body);
    // Of what is no UTF-8 also the sum over the text that a lenient decoder makes of it.
    for (const summed of [bytes, Buffer.from(bytes.toString())]) {
      const sha256 = createHash("sha256").update(summed).digest("hex");
      const header = JSON.stringify({ car_checkpoint: { format_version: 1, sha256 } });
      writeFileSync(bad, Buffer.concat([Buffer.from(`${header}\n`), bytes, Buffer.from("\n")]));
      expect(() => loadCheckpoint(bad)).toThrow(INVALID);
      expect(() => loadCheckpoint(bad)).toThrow(`\`${bad}\`, line 2: `);
      expect(() => loadCheckpoint(bad)).toThrow(problem);
    }
    rmSync(bad);
  });

  it("[CK-7] a disk that fails leaves the checkpoint that was there, and nothing else", async () => {
    const { runtime } = testRuntime({ state: { a: 1 } });
    rmSync(join(folder, "bad.json"), { force: true });
    await saveCheckpoint(runtime, path);
    const before = readFileSync(path);
    for (const name of ["writeSync", "fsyncSync", "renameSync"] as const) {
      const fs = {
        ...nodeFs,
        [name]: () => {
          throw new Error("EIO");
        },
      };
      await expect(saveCheckpoint(runtime, path, { fs })).rejects.toThrow("EIO");
      expect(readFileSync(path).equals(before)).toBe(true);
      expect(readdirSync(folder)).toEqual(["one.json"]);
    }
  });
});
