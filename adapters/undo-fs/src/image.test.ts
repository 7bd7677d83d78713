import { once } from "node:events";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
} from "node:fs";
import { renameSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { NOT_RESTORED } from "./index.js";
import { failureOf, temporaryPaths, treeOf, Workshop } from "./testing/workshop.js";

const fresh = temporaryPaths();
const LARGE = "large ".repeat(50_000);

describe("images", () => {
  it("[UF-4] equal things have equal images, whenever and in whatever order they were made", async () => {
    const [one, two] = [new Workshop(fresh()), new Workshop(fresh())];
    const names = ["b", "a", "__proto__", "10", "9", "é"];
    for (const [shop, order] of [
      [one, names],
      [two, [...names].reverse()],
    ] as const) {
      mkdirSync(shop.at("d/empty"), { recursive: true });
      for (const name of order) writeFileSync(shop.at(`d/${name}`), name);
      symlinkSync("a", shop.at("d/l"));
    }
    utimesSync(two.at("d/a"), 1, 1);
    const image = await one.call("fs_image", { paths: ["d", "x/y/z"] });
    expect(await two.call("fs_image", { paths: [["x/y/z", "d"], "./d/"] })).toEqual(image);
    expect(image).toMatchObject({ paths: [{ path: "d" }, { path: "x/y/z", kind: "absent", missing_parents: 2 }] });
    const listed = (image as { paths: { entries?: { name: string }[] }[] }).paths[0]?.entries?.map(({ name }) => name);
    expect(listed).toEqual(["10", "9", "__proto__", "a", "b", "empty", "l", "é"]);
  });

  it("[UF-5] each content is stored once, before the image is given; what is large shares its blocks or its file", async () => {
    const shop = new Workshop(fresh());
    for (const name of ["a", "b"]) writeFileSync(shop.at(name), "same");
    writeFileSync(shop.at("large"), LARGE);
    const first = await shop.call("fs_image", { paths: ["a", "b", "large"] });
    expect(await shop.call("fs_image", { paths: ["b", "a", "large"] })).toEqual(first);
    const { contents, staged } = shop.stored();
    expect(contents.length).toBe(2);
    expect(staged).toEqual([]);
    const texts = contents.map((name) => readFileSync(join(shop.store, "contents", name), "utf8"));
    expect(texts.sort()).toEqual([LARGE, "same"]);
  });

  it("[UF-5] for tools that write in place everything is copied, and a link's target is in the image", async () => {
    const shop = new Workshop(fresh());
    mkdirSync(shop.at("d"));
    writeFileSync(shop.at("d/large"), LARGE);
    symlinkSync("d/large", shop.at("link"));
    const before = shop.snapshot();
    const image = await shop.call("fs_image", { paths: [shop.at("link")], foreign: true });
    expect(image).toMatchObject({
      paths: [
        { path: "d/large", kind: "file" },
        { path: "link", kind: "link" },
      ],
    });
    appendFileSync(shop.at("link"), "more");
    await shop.call("fs_restore", { image });
    expect(shop.snapshot()).toBe(before);
  });

  it("[UF-6] an image that would store too much is refused with its size, and stores nothing", async () => {
    const shop = new Workshop(fresh(), { maxImageBytes: 10 });
    mkdirSync(shop.at("d"));
    writeFileSync(shop.at("d/a"), "123456");
    writeFileSync(shop.at("d/b"), "12345");
    const failure = await failureOf(shop.call("fs_image", { paths: ["d"] }));
    expect(failure.class).toBe("invalid");
    expect(failure.message).toContain("would store 11 bytes, `maxImageBytes` of undoFs allows 10");
    expect(shop.stored().contents).toEqual([]);
    await shop.call("fs_image", { paths: ["d/a"] });
    await shop.call("fs_image", { paths: ["d"], shallow: true });
    expect(shop.stored().contents.length).toBe(1);
  });

  it("[UF-7] what cannot be brought back is refused", async () => {
    const shop = new Workshop(fresh());
    mkdirSync(shop.at("d"));
    const server = createServer().listen(shop.at("d/pipe"));
    await once(server, "listening");
    for (const path of ["d", "d/pipe"]) {
      const failure = await failureOf(shop.call("fs_image", { paths: [path] }));
      expect(failure).toEqual({
        class: "invalid",
        message: "`d/pipe`: is neither file, folder nor link, so it cannot be brought back",
      });
    }
    expect(await failureOf(shop.call("fs_copy", { from: "d", to: "e" }))).toEqual({
      class: "invalid",
      message: "`d/pipe`: is neither file, folder nor link",
    });
    server.close();
    expect(existsSync(shop.at("e"))).toBe(false);
    mkdirSync(shop.at("f"));
    writeFileSync(Buffer.concat([Buffer.from(shop.at("f/")), Buffer.from([0xff])]), "");
    expect((await failureOf(shop.call("fs_image", { paths: ["f"] }))).message).toContain("not UTF-8");
  });

  it("[UF-8] what is changed while it is read is not in an image", async () => {
    const shop = new Workshop(fresh());
    mkdirSync(shop.at("d"));
    writeFileSync(shop.at("d/large"), "x".repeat(40_000_000));
    const reading = failureOf(shop.call("fs_image", { paths: ["d"], foreign: true }));
    const end = setInterval(() => appendFileSync(shop.at("d/large"), "y"), 0);
    expect(await reading).toEqual({ class: "transient", message: "`d/large`: it was changed while it was read" });
    clearInterval(end);
    expect(shop.stored().staged).toEqual([]);
  });
});

describe("restoring", () => {
  it("[UF-9] a tree comes back byte for byte, whatever was done to it", async () => {
    const shop = new Workshop(fresh());
    mkdirSync(shop.at("d/e/empty"), { recursive: true });
    for (const name of ["a", "b", "c", "e/f"])
      writeFileSync(shop.at(`d/${name}`), Buffer.from([0, 255, name.charCodeAt(0)]));
    symlinkSync("/nowhere", shop.at("d/l"));
    chmodSync(shop.at("d/a"), 0o4755);
    chmodSync(shop.at("d/e"), 0o500);
    const before = shop.snapshot();
    const image = await shop.call("fs_image", { paths: ["d"] });
    const inode = lstatSync(shop.at("d/b")).ino;
    rmSync(shop.at("d/a"));
    mkdirSync(shop.at("d/a"));
    writeFileSync(shop.at("d/c"), "other");
    rmSync(shop.at("d/l"));
    renameSync(shop.at("d/e"), shop.at("d/l"));
    writeFileSync(shop.at("d/e"), "a file");
    writeFileSync(shop.at("d/more"), "more");
    chmodSync(shop.at("d"), 0o700);
    await shop.call("fs_restore", { image });
    expect(shop.snapshot()).toBe(before);
    expect(lstatSync(shop.at("d/b")).ino).toBe(inode);
    expect(shop.stored().staged).toEqual([]);
  });

  it("[UF-10] when a content is lost or changed, that is said and nothing is changed", async () => {
    const shop = new Workshop(fresh());
    for (const name of ["a", "b"]) writeFileSync(shop.at(name), name);
    const image = await shop.call("fs_image", { paths: ["a", "b"] });
    for (const name of ["a", "b"]) writeFileSync(shop.at(name), "new");
    const after = shop.snapshot();
    const contents = join(shop.store, "contents");
    const ofB = readdirSync(contents).find((name) => readFileSync(join(contents, name), "utf8") === "b") ?? "";
    writeFileSync(join(contents, ofB), "B");
    const changed = await failureOf(shop.call("fs_restore", { image }));
    expect(changed).toEqual({
      class: "terminal",
      message: expect.stringMatching(/^`b`: its content [0-9a-f]{64} was changed in the undo store$/) as string,
    });
    rmSync(join(contents, ofB));
    const lost = await failureOf(shop.call("fs_restore", { image }));
    expect(lost).toEqual({
      class: "not_found",
      message: expect.stringMatching(/^`b`: its content [0-9a-f]{64} is not in the undo store any more$/) as string,
    });
    expect(shop.snapshot()).toBe(after);
  });

  it("[UF-11] an image leads to nothing outside of the root", async () => {
    const shop = new Workshop(fresh());
    mkdirSync(shop.at("d"));
    writeFileSync(shop.at("d/f"), "1");
    const image = await shop.call("fs_image", { paths: ["d/f"] });
    renameSync(shop.at("d"), join(shop.root, "../elsewhere"));
    symlinkSync("../elsewhere", shop.at("d"));
    expect((await failureOf(shop.call("fs_restore", { image }))).class).toBe("denied");
    rmSync(shop.at("d"));
    symlinkSync(".", shop.at("d"));
    expect((await failureOf(shop.call("fs_restore", { image }))).message).toContain("leads to `f` now");
    for (const name of ["../x", "..", "a/b"]) {
      const paths = [{ path: "n", kind: "folder", mode: "0755", entries: [{ name, kind: "link", target: "x" }] }];
      expect((await failureOf(shop.call("fs_restore", { image: { paths, shallow: false } }))).class).toBe("denied");
    }
  });

  it("[UF-12] folders that a call had to make go with it, unless others have put something there", async () => {
    const shop = new Workshop(fresh());
    const image = await shop.call("fs_image", { paths: ["p/q/f"] });
    const make = (): void => {
      mkdirSync(shop.at("p/q"), { recursive: true });
      writeFileSync(shop.at("p/q/f"), "");
    };
    make();
    await shop.call("fs_restore", { image });
    expect(shop.snapshot()).toBe("");
    make();
    writeFileSync(shop.at("p/mine"), "");
    const failure = await failureOf(shop.call("fs_restore", { image }));
    expect(failure.class).toBe("terminal");
    expect(failure.message).toContain("holds what was not: `mine`; restored before it: `p/q/f`");
    expect(treeOf(shop.root)).toEqual(["p 755 /", 'p/mine 644 ""']);
  });

  it("[UF-12] a folder that a call has made is not removed with what others have put there", async () => {
    const shop = new Workshop(fresh());
    const undo = await shop.callWithUndo("fs_mkdir", { path: "a/b" });
    writeFileSync(shop.at("a/b/mine"), "");
    expect((await failureOf(undo())).message).toContain("holds what was not: `mine`");
    expect(existsSync(shop.at("a/b/mine"))).toBe(true);
  });

  it("[UF-13] what was moved is moved back, with all that an image does not have", async () => {
    const shop = new Workshop(fresh());
    mkdirSync(shop.at("d"));
    writeFileSync(shop.at("d/f"), "1");
    linkSync(shop.at("d/f"), shop.at("twin"));
    utimesSync(shop.at("d/f"), 5, 5);
    const undo = await shop.callWithUndo("fs_move", { from: "d", to: "e" });
    await shop.kit.prune({ olderThanMs: -1 });
    await undo();
    expect(statSync(shop.at("d/f"))).toMatchObject({ nlink: 2, mtimeMs: 5_000 });
    expect(existsSync(shop.at("e"))).toBe(false);
  });

  it("[UF-21] what is not restored is named", async () => {
    const shop = new Workshop(fresh());
    writeFileSync(shop.at("f"), "1");
    linkSync(shop.at("f"), shop.at("twin"));
    utimesSync(shop.at("f"), 5, 5);
    await (
      await shop.callWithUndo("fs_write", { path: "f", content: "2" })
    )();
    expect(readFileSync(shop.at("f"), "utf8")).toBe("1");
    const { nlink, mtimeMs } = statSync(shop.at("f"));
    expect([nlink, mtimeMs === 5_000]).toEqual([1, false]);
    expect(NOT_RESTORED).toEqual(
      expect.arrayContaining(["times of files and folders", "that names are hard links of one file"]),
    );
  });
});
