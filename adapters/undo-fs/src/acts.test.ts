import { chmodSync, chownSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import type { JsonObject } from "@car/ir";
import { describe, expect, it } from "vitest";
import { asOrdinaryUser, failureOf, temporaryPaths, Workshop } from "./testing/workshop.js";

const fresh = temporaryPaths();

function workshop(): Workshop {
  const shop = new Workshop(fresh());
  mkdirSync(shop.at("dir/inner"), { recursive: true });
  mkdirSync(shop.at("empty"));
  writeFileSync(shop.at("dir/a.txt"), "alpha", { mode: 0o640 });
  writeFileSync(shop.at("dir/inner/b.txt"), "beta");
  chmodSync(shop.at("dir/inner"), 0o750);
  symlinkSync("a.txt", shop.at("dir/link"));
  symlinkSync("dir", shop.at("way"));
  symlinkSync("/", shop.at("out"));
  symlinkSync("nowhere", shop.at("dangling"));
  return shop;
}

/** Calls that succeed, what they give, and a path with what is there afterwards. */
const CALLS: readonly [name: string, parameters: JsonObject, output: JsonObject, lines: readonly string[]][] = [
  ["fs_write", { path: "new.txt", content: "é" }, { path: "new.txt", bytes: 2 }, [`new.txt 644 "Ã©"`]],
  ["fs_write", { path: "dir/a.txt", content: "x" }, { path: "dir/a.txt", bytes: 1 }, [`dir/a.txt 640 "x"`]],
  ["fs_write", { path: "s", content: "", mode: "755" }, { path: "s", bytes: 0 }, [`s 755 ""`]],
  ["fs_write", { path: "way/c", content: "1" }, { path: "dir/c", bytes: 1 }, [`dir/c 644 "1"`]],
  ["fs_append", { path: "dir/a.txt", content: "+" }, { path: "dir/a.txt", bytes: 6 }, [`dir/a.txt 640 "alpha+"`]],
  ["fs_move", { from: "dir", to: "empty/d" }, { from: "dir", to: "empty/d" }, [`empty/d/inner/b.txt 644 "beta"`]],
  ["fs_move", { from: "dangling", to: "d2" }, { from: "dangling", to: "d2" }, ["d2 -> nowhere"]],
  [
    "fs_copy",
    { from: "dir", to: "dir2" },
    { from: "dir", to: "dir2" },
    ["dir2 755 /", `dir2/a.txt 640 "alpha"`, "dir2/inner 750 /", "dir2/link -> a.txt", `dir/a.txt 640 "alpha"`],
  ],
  ["fs_copy", { from: "out", to: "out2" }, { from: "out", to: "out2" }, ["out2 -> /"]],
  ["fs_delete", { path: "dir" }, { path: "dir" }, ["empty 755 /"]],
  ["fs_delete", { path: "out" }, { path: "out" }, []],
  ["fs_mkdir", { path: "p/q/r" }, { path: "p/q/r", created: true }, ["p 755 /", "p/q 755 /", "p/q/r 755 /"]],
  ["fs_mkdir", { path: "./dir//inner/" }, { path: "dir/inner", created: false }, ["dir/inner 750 /"]],
  ["fs_chmod", { path: "dir/a.txt", mode: "0600" }, { path: "dir/a.txt", mode: "0600" }, [`dir/a.txt 600 "alpha"`]],
  ["fs_chmod", { path: "dir", mode: "700" }, { path: "dir", mode: "0700" }, ["dir 700 /"]],
];

describe("tools", () => {
  it.each(CALLS)("[UF-1] %s %j acts and tells", async (name, parameters, output, lines) => {
    const shop = workshop();
    expect(await shop.call(name, parameters)).toEqual(output);
    expect(shop.snapshot().split("\n")).toEqual(expect.arrayContaining([...lines]));
    expect(shop.stored()).toEqual({ contents: [], staged: [] });
  });

  it("[UF-1] what is deleted or moved away is gone", async () => {
    const shop = workshop();
    await shop.call("fs_delete", { path: "dir" });
    await shop.call("fs_move", { from: "empty", to: "full" });
    expect(shop.snapshot()).toMatch(/^dangling -> nowhere\nfull 755 \/\nout -> \/\nway -> dir$/);
  });

  it.each(CALLS)("[UF-9] %s %j is undone", async (name, parameters) => {
    const shop = workshop();
    const before = shop.snapshot();
    const undo = await shop.callWithUndo(name, parameters);
    await undo();
    expect(shop.snapshot()).toBe(before);
    await undo();
    expect(shop.snapshot()).toBe(before);
    expect(shop.stored().staged).toEqual([]);
  });

  it.each(CALLS)("[UF-14] a probe of %s %j knows whether it happened", async (name, parameters, output) => {
    const shop = workshop();
    const image = await shop.imageFor(name, parameters);
    const isNoChange = output["created"] === false;
    expect(await shop.probe(name, parameters, image)).toEqual(
      isNoChange ? { happened: true, output } : { happened: false },
    );
    await shop.call(name, parameters);
    expect(await shop.probe(name, parameters, image)).toEqual({ happened: true, output });
  });

  it("[UF-14] a probe does not know when something else is there, or the content is lost", async () => {
    const shop = workshop();
    const parameters = { path: "dir/a.txt", content: "!" };
    const image = await shop.imageFor("fs_append", parameters);
    writeFileSync(shop.at("dir/a.txt"), "other");
    expect(await shop.probe("fs_append", parameters, image)).toBeUndefined();
    await shop.kit.prune({ olderThanMs: -1 });
    await expect(shop.probe("fs_append", parameters, image)).rejects.toThrow("not in the undo store any more");
  });
});

const REFUSED: readonly [name: string, parameters: JsonObject, errorClass: string, message: string][] = [
  ["fs_write", { path: "no/file", content: "" }, "not_found", "the folder that it lies in is missing"],
  ["fs_write", { path: "dir", content: "" }, "invalid", "is a folder"],
  ["fs_write", { path: "dir/link", content: "" }, "invalid", "is a link"],
  ["fs_write", { path: "dir/a.txt/b", content: "" }, "invalid", "a part of the path is no folder"],
  ["fs_write", { path: "out/tmp/x", content: "" }, "denied", "leads out of the root"],
  ["fs_write", { path: "dangling/x", content: "" }, "denied", "leads out of the root"],
  ["fs_write", { path: "../x", content: "" }, "denied", "`..` is not allowed"],
  ["fs_write", { path: "dir/../x", content: "" }, "denied", "`..` is not allowed"],
  ["fs_write", { path: "/etc/passwd", content: "" }, "denied", "relative to the root"],
  ["fs_write", { path: "a\0b", content: "" }, "invalid", "this is no path"],
  ["fs_write", { path: "\ud800", content: "" }, "invalid", "this is no path"],
  ["fs_write", { path: "n".repeat(300), content: "" }, "invalid", "the name is too long"],
  ["fs_append", { path: "none", content: "" }, "not_found", "there is no such file"],
  ["fs_append", { path: "dir", content: "" }, "invalid", "is a folder"],
  ["fs_move", { from: "none", to: "x" }, "not_found", "there is no such file"],
  ["fs_move", { from: "dir", to: "empty" }, "invalid", "something is there already"],
  ["fs_move", { from: "dir", to: "dir/inner/x" }, "invalid", "lies in `dir`"],
  ["fs_move", { from: "dir", to: "no/x" }, "not_found", "the folder that it lies in is missing"],
  ["fs_copy", { from: "none", to: "x" }, "not_found", "there is no such file"],
  ["fs_copy", { from: "dir", to: "dir/x" }, "invalid", "lies in `dir`"],
  ["fs_copy", { from: "dir", to: "dangling" }, "invalid", "something is there already"],
  ["fs_delete", { path: "none" }, "not_found", "there is no such file"],
  ["fs_delete", { path: "." }, "denied", "is the root itself"],
  ["fs_delete", { path: "out/tmp" }, "denied", "leads out of the root"],
  ["fs_mkdir", { path: "dir/a.txt" }, "invalid", "something else than a folder"],
  ["fs_mkdir", { path: "out/x/y" }, "denied", "leads out of the root"],
  ["fs_chmod", { path: "none", mode: "600" }, "not_found", "there is no such file"],
  ["fs_chmod", { path: "out", mode: "600" }, "invalid", "is a link"],
  ["fs_image", { paths: ["out/etc"] }, "denied", "leads out of the root"],
  ["fs_image", { paths: ["out"], foreign: true }, "denied", "leads out of the root"],
  ["fs_image", { paths: ["dangling"], foreign: true }, "denied", "leads to nothing"],
  ["fs_image", { paths: ["/etc/passwd"], foreign: true }, "denied", "relative to the root"],
];

describe("refusals", () => {
  it.each(REFUSED)(
    "[UF-2] [UF-3] %s %j is refused, and nothing was done",
    async (name, parameters, errorClass, text) => {
      const shop = workshop();
      const before = shop.snapshot();
      const failure = await failureOf(shop.call(name, parameters));
      expect(failure).toEqual({ class: errorClass, message: expect.stringContaining(text) as string });
      expect(shop.snapshot()).toBe(before);
      expect(shop.stored()).toEqual({ contents: [], staged: [] });
    },
  );

  it("[UF-2] a store inside the root is not there for the tools", async () => {
    const folder = fresh();
    const shop = new Workshop(folder, { store: `${folder}/root/sub/.undo` });
    writeFileSync(shop.at("sub/file"), "1");
    symlinkSync("sub/.undo", shop.at("in"));
    const calls: [string, JsonObject][] = [
      ["fs_write", { path: "sub/.undo/contents/x", content: "" }],
      ["fs_delete", { path: "sub/.undo" }],
      ["fs_write", { path: "in/x", content: "" }],
      ["fs_delete", { path: "sub" }],
      ["fs_move", { from: "sub", to: "sub2" }],
      ["fs_copy", { from: "sub", to: "sub2" }],
    ];
    for (const [name, parameters] of calls) expect((await failureOf(shop.call(name, parameters))).class).toBe("denied");
    expect(await shop.call("fs_image", { paths: ["."] })).toMatchObject({
      paths: [{ path: ".", entries: [{ name: "in" }, { name: "sub", entries: [{ name: "file" }] }] }],
    });
  });

  it("[UF-3] without permission nothing is done", async () => {
    const folder = fresh();
    const shop = new Workshop(folder);
    mkdirSync(shop.at("closed"));
    writeFileSync(shop.at("closed/file"), "1");
    for (const path of [shop.root, shop.store]) if (process.geteuid?.() === 0) chownSync(path, 65_534, 65_534);
    chmodSync(shop.at("closed"), 0o555);
    const before = shop.snapshot();
    await asOrdinaryUser(async () => {
      const mine = new Workshop(folder, { store: `${folder}/root/.undo` });
      const failures = [
        await failureOf(mine.call("fs_write", { path: "closed/file", content: "2" })),
        await failureOf(mine.call("fs_delete", { path: "closed/file" })),
        await failureOf(mine.call("fs_mkdir", { path: "closed/x" })),
      ];
      for (const failure of failures) {
        expect(failure).toEqual({ class: "denied", message: expect.stringContaining("nothing was done") as string });
      }
      // Folders that are closed to their owner are copied, moved and deleted like others.
      mkdirSync(mine.at("own/shut"), { recursive: true });
      writeFileSync(mine.at("own/shut/f"), "f");
      chmodSync(mine.at("own/shut"), 0o555);
      const unchanged = mine.snapshot();
      const undos = [
        await mine.callWithUndo("fs_copy", { from: "own/shut", to: "shut2" }),
        await mine.callWithUndo("fs_move", { from: "own/shut", to: "shut3" }),
        await mine.callWithUndo("fs_delete", { path: "shut2" }),
      ];
      for (const undo of undos.reverse()) await undo();
      expect(mine.snapshot()).toBe(unchanged);
      expect(mine.stored().staged).toEqual([]);
      await mine.call("fs_delete", { path: "own" });
    });
    expect(readFileSync(shop.at("closed/file"), "utf8")).toBe("1");
    expect(shop.snapshot().replace(/^\.undo.*\n/gm, "")).toBe(before);
    chmodSync(shop.at("closed"), 0o755);
  });
});
