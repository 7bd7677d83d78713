import { spawnSync, type SpawnSyncReturns } from "node:child_process";
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { testMemgine } from "../testing/memory-for-tests.js";
import type { Memgine } from "../memgine.js";
import { openFileJournal } from "./file-journal.js";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "memgine-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = (): Memgine => testMemgine({ journal: openFileJournal({ folder }) }).memory;
const journal = (): string => join(folder, readdirSync(folder).find((name) => name.startsWith("journal-")) ?? "");

/** Runs TypeScript in another process, after a command of the shell; `folder` is the memory's. */
function runScript(text: string, before = "true"): SpawnSyncReturns<string> {
  const source = (path: string): string => new URL(path, import.meta.url).href;
  const script = join(folder, "..", `script-${process.pid}.mts`);
  const imports = `import { createMemgine } from "${source("../memgine.ts")}";
    import { openFileJournal } from "${source("./file-journal.ts")}";
    const folder = ${JSON.stringify(folder)};`;
  writeFileSync(script, `${imports}\n${text}`);
  const tsconfig = new URL("../../../../tsconfig.json", import.meta.url).pathname;
  const env = { ...process.env, TSX_TSCONFIG_PATH: tsconfig, TSX_DISABLE_CACHE: "1" };
  const command = `${before} && exec "${process.execPath}" --import tsx "${script}"`;
  const child = spawnSync("bash", ["-c", command], { encoding: "utf8", env });
  rmSync(script);
  return child;
}

async function filled(): Promise<void> {
  const memory = open();
  memory.remember({ id: "a", key: "k", value: "one" });
  memory.remember({ id: "b", key: "k", value: "two", depends_on: ["a"] });
  memory.observe({ id: "t", speaker: "ana", text: "hello there", conversation: "c" });
  await memory.close();
}

describe("a memory in a folder", () => {
  it("[MG-70] is the same after it was closed and opened", async () => {
    const memory = open();
    memory.remember({ id: "a", key: "k", value: "one" });
    memory.skills.ingest({
      id: "s",
      name: "n",
      description: "d",
      domain: "x",
      steps: [{ tool: "t", parameters: {} }],
      preconditions: [],
      version: 1,
      origin: "ingested",
    });
    memory.remember({ key: "k", value: "two" });
    const before = memory.exportJson();
    await memory.close();
    const again = open();
    expect(again.exportJson()).toEqual(before);
    await again.close();
  });

  it("[MG-71] a torn tail is cut off, wherever it was torn", async () => {
    await filled();
    const whole = readFileSync(journal());
    for (let length = whole.length - 1; length > whole.length - 60; length -= 7) {
      writeFileSync(journal(), whole.subarray(0, length));
      const memory = open();
      expect(memory.get("k")?.node.value).toBe("two");
      expect(memory.get("t")).toBeUndefined();
      memory.remember({ id: `after-${length}`, value: "goes on" });
      await memory.close();
      const again = open();
      expect(again.get(`after-${length}`)?.standing).toBe("current");
      await again.close();
    }
  });

  it("[MG-72] damage in the middle is no torn tail: it is reported with its line, and nothing is lost", async () => {
    await filled();
    const lines = readFileSync(journal(), "utf8").split("\n");
    const before = (lines[1] = (lines[1] ?? "").replace("two", "tow"));
    writeFileSync(journal(), lines.join("\n"));
    expect(open).toThrow(
      expect.objectContaining({ code: "CAR_MEMORY_CORRUPT", message: expect.stringContaining("line 2") }),
    );
    expect(readFileSync(journal(), "utf8")).toContain(before);
  });

  it("[MG-73] one writer: a second one is refused until the first has closed, or died", async () => {
    const memory = open();
    expect(open).toThrow(expect.objectContaining({ code: "CAR_MEMORY_LOCKED" }));
    await memory.close();
    const child = runScript("openFileJournal({ folder }); process.kill(process.pid, 'SIGKILL');");
    expect(child.signal).toBe("SIGKILL");
    await open().close();
  });

  it("[MG-73] a writer whose claim is over writes nothing more, and confirms nothing", async () => {
    const memory = open();
    memory.remember({ value: "before" });
    await memory.flush();
    const before = readFileSync(journal());
    writeFileSync(join(folder, "claims", "2"), "");
    memory.remember({ value: "after" });
    await expect(memory.flush()).rejects.toMatchObject({ code: "CAR_MEMORY_LOCKED" });
    expect(readFileSync(journal())).toEqual(before);
    await expect(memory.close()).rejects.toMatchObject({ code: "CAR_MEMORY_LOCKED" });
  });

  it("[MG-73] a folder that could not be opened on a full disk opens as soon as there is room", async () => {
    // No file may grow: every write with content fails.
    const child = runScript(
      `process.on("SIGXFSZ", () => undefined);
       try { openFileJournal({ folder }); } catch (error) { console.log(error.code); }`,
      "ulimit -f 0",
    );
    expect(child.stdout).toBe("CAR_MEMORY_WRITE_FAILED\n");
    expect(readdirSync(folder)).toEqual(["claims"]);
    await open().close();
  });

  it("[MG-74] what was forgotten is in no file", async () => {
    const memory = open();
    memory.remember({ value: "zebra secret", subject: "ana" });
    memory.remember({ id: "k", value: "kept" });
    await memory.flush();
    expect(readFileSync(journal(), "utf8")).toContain("zebra");
    expect((await memory.forget({ subject: "ana" })).durable).toBe(true);
    memory.remember({ id: "l", value: "later" });
    await memory.close();
    const files = readdirSync(folder)
      .filter((name) => name !== "claims")
      .map((name) => readFileSync(join(folder, name), "utf8"));
    expect(files.join("")).not.toContain("zebra");
    const again = open();
    expect([again.get("k")?.standing, again.get("l")?.standing]).toEqual(["current", "current"]);
    await again.close();
  });

  it("[MG-75] a crash while the snapshot is replaced leaves the old state or the new one", async () => {
    await filled();
    writeFileSync(join(folder, "snapshot.jsonl.tmp"), "half a snap");
    const memory = open();
    expect(memory.get("k")?.node.value).toBe("two");
    await memory.forget({ ids: ["t"] });
    await memory.close();
    // As if the old journal had not been removed yet.
    appendFileSync(join(folder, "journal-0.jsonl"), "left over");
    const again = open();
    expect(again.get("k")?.node.value).toBe("two");
    await again.close();
    truncateSync(join(folder, "snapshot.jsonl"), 20);
    expect(open).toThrow(expect.objectContaining({ code: "CAR_MEMORY_CORRUPT" }));
  });

  it("[MG-76] a killed process loses nothing of what was flushed", () => {
    const child = runScript(
      `const journal = openFileJournal({ folder });
       const memory = createMemgine({ journal, clock: { now: () => 0 }, ids: { hex: () => "x" } });
       memory.remember({ id: "flushed", value: "safe" });
       await memory.flush();
       memory.remember({ id: "later", value: "perhaps" });
       process.kill(process.pid, "SIGKILL");`,
    );
    expect(child.signal).toBe("SIGKILL");
    const memory = open();
    expect(memory.get("flushed")?.node.value).toBe("safe");
    return memory.close();
  });

  it("[MG-77] an idle memory writes a long journal anew as a snapshot, and is the same", async () => {
    const { memory } = testMemgine({ journal: openFileJournal({ folder }), compactAfter: 20 });
    for (let index = 0; index < 30; index += 1) memory.remember({ id: `a${index}`, key: "k", value: index });
    await memory.flush();
    const before = readFileSync(journal()).length;
    await memory.idle();
    expect(readFileSync(journal()).length).toBe(0);
    expect(before).toBeGreaterThan(1_000);
    memory.remember({ id: "later", key: "k", value: "later" });
    await memory.idle();
    await memory.flush();
    expect(readFileSync(journal()).length).toBeGreaterThan(0);
    const exported = memory.exportJson();
    await memory.close();
    const again = open();
    expect(again.exportJson()).toEqual(exported);
    expect(again.history("k")).toHaveLength(31);
    await again.close();
  });
});
