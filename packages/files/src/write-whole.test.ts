import { closeSync, openSync, readFileSync, writeFileSync, writeSync } from "node:fs";
import * as nodeFs from "node:fs";
import { describe, expect, it } from "vitest";
import { syncFolder } from "./sync-folder.js";
import { temporaryPaths, watchedFs } from "./testing/test-disk.js";
import { writeWhole } from "./write-whole.js";

const path = temporaryPaths();
type Write = (...args: [fd: number, bytes: Uint8Array, offset: number, length: number, at: number | null]) => number;
const fsWith = (write: Write): Pick<typeof nodeFs, "writeSync"> => ({ writeSync: write as typeof nodeFs.writeSync });

describe("writeWhole", () => {
  it("[FI-3] writes all bytes, however few are taken at a time, and tells how far it is", () => {
    const file = path();
    const fd = openSync(file, "w");
    const progress: number[] = [];
    const fs = fsWith((...[to, bytes, offset, length, at]) => writeSync(to, bytes, offset, Math.min(length, 2), at));
    writeWhole({ fs, fd, onProgress: (written) => progress.push(written) }, Buffer.from("hello"));
    expect(readFileSync(file, "utf8")).toBe("hello");
    expect(progress).toEqual([2, 4, 5]);
    writeWhole({ fs, fd, position: 1 }, Buffer.from("IPP"));
    closeSync(fd);
    expect(readFileSync(file, "utf8")).toBe("hIPPo");
  });

  it("[FI-4] ends with an error when nothing is taken, and passes on what the file system throws", () => {
    expect(() => writeWhole({ fs: fsWith(() => 0), fd: 1 }, Buffer.from("x"))).toThrow(/wrote nothing/);
    const full = Object.assign(new Error("full"), { code: "ENOSPC" });
    const fs = fsWith(() => {
      throw full;
    });
    expect(() => writeWhole({ fs, fd: 1 }, Buffer.from("x"))).toThrow(full);
  });
});

describe("syncFolder", () => {
  it.runIf(process.platform !== "win32")("[FI-7] syncs the folder itself and frees it, also when that fails", () => {
    const folder = path();
    nodeFs.mkdirSync(folder);
    writeFileSync(`${folder}/file`, "");
    const calls: string[] = [];
    syncFolder(
      folder,
      watchedFs((name) => calls.push(name)),
    );
    expect(calls).toEqual(["openSync", "fsyncSync", "closeSync"]);
    const failing = watchedFs((name) => {
      calls.push(name);
      if (name === "fsyncSync") throw new Error("no disk");
    });
    expect(() => syncFolder(folder, failing)).toThrow(/no disk/);
    expect(calls.slice(3)).toEqual(["openSync", "fsyncSync", "closeSync"]);
  });
});
