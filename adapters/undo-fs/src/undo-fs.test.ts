import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, realpathSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { ConfigInvalidError } from "@car/ir";
import { describe, expect, it } from "vitest";
import { undoFs, type UndoFsOptions } from "./index.js";
import { failureOf, temporaryPaths, Workshop } from "./testing/workshop.js";

const fresh = temporaryPaths();

describe("a kit", () => {
  it("[UF-15] calls follow one another, so one that was given up is over before it is undone", async () => {
    const shop = new Workshop(fresh());
    writeFileSync(shop.at("a"), "");
    const calls = Array.from({ length: 20 }, (_, index) =>
      shop.call("fs_append", { path: "a", content: String(index % 10) }),
    );
    expect(await Promise.all(calls)).toHaveLength(20);
    expect(shop.snapshot()).toBe('a 644 "01234567890123456789"');
    const image = await shop.imageFor("fs_append", { path: "a" });
    const late = shop.call("fs_append", { path: "a", content: "late" });
    const undo = shop.call("fs_restore", { image });
    await Promise.all([late, undo]);
    expect(shop.snapshot()).toBe('a 644 "01234567890123456789"');
  });

  it("[UF-15] a call that is given up before its turn does nothing", async () => {
    const shop = new Workshop(fresh());
    const controller = new AbortController();
    const first = shop.call("fs_write", { path: "a", content: "1" });
    const second = failureOf(shop.call("fs_write", { path: "a", content: "2" }, controller.signal));
    controller.abort();
    await first;
    expect(await second).toEqual({ class: "transient", message: "given up before it began: nothing was done" });
    expect(shop.snapshot()).toBe('a 644 "1"');
  });

  it("[UF-16] what a dead process has prepared is removed at the next start, what a living one has is not", () => {
    const folder = fresh();
    const { pid } = spawnSync(process.execPath, ["-e", ""]);
    const staging = join(folder, "store/staging");
    const names = [`${pid}~a~${hostname()}`, `${process.pid}~b~${hostname()}`, `${pid}~c~elsewhere`];
    for (const name of names) mkdirSync(join(staging, name, "half/shut"), { recursive: true, mode: 0o500 });
    const shop = new Workshop(folder);
    expect(readdirSync(staging).sort()).toEqual(names.slice(1).sort());
    expect(shop.snapshot()).toBe("");
  });

  it("[UF-16] prune removes contents that were not stored again for so long", async () => {
    const shop = new Workshop(fresh());
    for (const name of ["a", "b"]) writeFileSync(shop.at(name), name.repeat(10));
    const image = await shop.call("fs_image", { paths: ["a", "b"] });
    await new Promise((resolve) => setTimeout(resolve, 400));
    await shop.call("fs_image", { paths: ["a"] });
    expect(await shop.kit.prune({ olderThanMs: 60_000 })).toEqual({ removed: 0, bytes: 0 });
    expect(await shop.kit.prune({ olderThanMs: 300 })).toEqual({ removed: 1, bytes: 10 });
    for (const name of ["a", "b"]) writeFileSync(shop.at(name), "");
    expect((await failureOf(shop.call("fs_restore", { image }))).class).toBe("not_found");
    expect(await shop.kit.prune({ olderThanMs: -1 })).toEqual({ removed: 1, bytes: 10 });
  });

  it("[UF-17] options that cannot work are refused, saying why", () => {
    const folder = fresh();
    mkdirSync(join(folder, "root"), { recursive: true });
    writeFileSync(join(folder, "file"), "");
    const [root, store] = [join(folder, "root"), join(folder, "store")];
    const refused: readonly [options: Partial<UndoFsOptions>, text: string][] = [
      [{ store }, "`root` is missing"],
      [{ root }, "`store` is missing"],
      [{ root: join(folder, "none"), store }, "cannot be read"],
      [{ root: join(folder, "file"), store }, "is no folder"],
      [{ root, store: join(folder, "file") }, "cannot be made"],
      [{ root, store: root }, "is, or holds, the root"],
      [{ root, store: folder }, "is, or holds, the root"],
      [{ root, store, maxImageBytes: -1 }, "is a number of bytes"],
      [{ root, store, max_bytes: 1 } as object, "has no option `max_bytes`"],
      [{ root, store: 1 as unknown as string }, "`store` is a text"],
    ];
    for (const [options, text] of refused) {
      const make = (): unknown => undoFs(options as UndoFsOptions);
      expect(make, text).toThrow(ConfigInvalidError);
      expect(make).toThrow(text);
    }
  });

  it("[UF-17] a store on another file system is refused", () => {
    const other = "/dev/shm";
    const root = fresh();
    mkdirSync(root);
    const isOther = statSync(other, { throwIfNoEntry: false })?.dev !== statSync(root).dev;
    if (!isOther) console.warn(`NOT TESTED: ${other} is on the file system of ${root}`);
    const store = isOther ? `${other}/car-undo-${process.pid}` : root;
    expect(() => undoFs({ root, store })).toThrow(isOther ? "not on the file system of the root" : "holds the root");
  });

  it("[UF-17] the root may be named by a link, and tools have the prefix", async () => {
    const folder = fresh();
    mkdirSync(join(folder, "real"), { recursive: true });
    symlinkSync("real", join(folder, "root"));
    const kit = undoFs({ root: join(folder, "root"), store: join(folder, "store"), prefix: "docs_" });
    expect(kit.tools.map(({ schema }) => schema.name)).toEqual(
      ["write", "append", "move", "copy", "delete", "mkdir", "chmod", "image", "restore"].map((name) => `docs_${name}`),
    );
    expect(kit.tools[0]?.schema.compensation?.tool).toBe("docs_restore");
    const shop = new Workshop(folder);
    for (const root of [join(folder, "root"), realpathSync(join(folder, "root"))]) {
      expect(await shop.call("fs_image", { paths: [`${root}/f`], foreign: true })).toMatchObject({
        paths: [{ path: "f" }],
      });
    }
  });
});
