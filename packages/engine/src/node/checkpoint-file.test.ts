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
