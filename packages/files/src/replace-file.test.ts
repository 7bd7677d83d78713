import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { FileReplacement, replaceFile } from "./replace-file.js";
import { STEPS, temporaryPaths, watchedFs } from "./testing/test-disk.js";

const path = temporaryPaths();

/** A folder with a file `f` that says `old`. */
function oldFile(): string {
  const folder = path();
  mkdirSync(folder);
  writeFileSync(`${folder}/f`, "old");
  return folder;
}

describe("replaceFile", () => {
  it("[FI-5] puts the new content in the place of the old, for its owner only, and leaves nothing beside it", () => {
    const folder = oldFile();
    replaceFile(`${folder}/f`, "new");
    expect(readFileSync(`${folder}/f`, "utf8")).toBe("new");
    expect(readdirSync(folder)).toEqual(["f"]);
    expect(statSync(`${folder}/f`).mode & 0o777).toBe(0o600);
  });

  it("[FI-5] whichever call fails, the file is the old one or the new one, and nothing lies beside it", () => {
    let total = 0;
    replaceFile(`${oldFile()}/f`, "new", { fs: watchedFs(() => total++) });
    expect(total).toBeGreaterThan(STEPS.length);
    for (let failing = 1; failing <= total; failing++) {
      const folder = oldFile();
      let calls = 0;
      const fs = watchedFs(() => {
        if (++calls === failing) throw new Error(`call ${failing}`);
      });
      expect(() => replaceFile(`${folder}/f`, "new", { fs })).toThrow(`call ${failing}`);
      expect(["old", "new"]).toContain(readFileSync(`${folder}/f`, "utf8"));
      expect(readdirSync(folder)).toEqual(["f"]);
    }
  });

  it("[FI-5] whenever the process ends, the file is the old one or the new one", () => {
    const seen = new Set<string>();
    const folder = oldFile();
    const fs = watchedFs(() => seen.add(readFileSync(`${folder}/f`, "utf8")));
    replaceFile(`${folder}/f`, "new", { fs });
    expect([...seen]).toEqual(["old", "new"]);
  });

  it("[FI-6] is on the disk before it takes the other's place, and so is the folder before it returns", () => {
    const folder = oldFile();
    const calls: string[] = [];
    replaceFile(`${folder}/f`, "new", { fs: watchedFs((name) => calls.push(name)) });
    expect(calls.slice(0, 5)).toEqual(["openSync", "writeSync", "fsyncSync", "closeSync", "renameSync"]);
    expect(calls.slice(5)).toEqual(process.platform === "win32" ? [] : ["openSync", "fsyncSync", "closeSync"]);
    calls.length = 0;
    replaceFile(`${folder}/f`, "new", { fs: watchedFs((name) => calls.push(name)), fsync: false });
    expect(calls).not.toContain("fsyncSync");
  });

  it("[FI-5] in pieces: a last check can stop it, and what is given up is gone", () => {
    const folder = oldFile();
    const stopped = new FileReplacement(`${folder}/f`);
    stopped.write("ne");
    stopped.write(Buffer.from("w"));
    const check = (): never => {
      expect(readFileSync(`${folder}/f.tmp`, "utf8")).toBe("new");
      throw new Error("not mine any more");
    };
    expect(() => stopped.finish(check)).toThrow(/not mine/);
    stopped.drop();
    stopped.drop();
    expect(() => stopped.write("more")).toThrow(TypeError);
    expect([readFileSync(`${folder}/f`, "utf8"), readdirSync(folder)]).toEqual(["old", ["f"]]);
  });
});
