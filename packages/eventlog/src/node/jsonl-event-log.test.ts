import { appendFileSync, existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { SAMPLE_SCOPES } from "@car/conformance/internal";
import type { CarEvent } from "@car/ir";
import { describe, expect, it } from "vitest";
import { verifyChain } from "../chain/verify-chain.js";
import { collect, draftOf } from "../testing/sample-log.js";
import { temporaryPaths } from "../testing/temporary-folder.js";
import { faultyFs } from "../testing/faulty-fs.js";
import { jsonlEventLog } from "./jsonl-event-log.js";
import { readJsonl } from "./read-jsonl.js";

const nextPath = temporaryPaths();
const FACTS = { kind: "action_succeeded", run: 0, action: "fetch", attempt: 1 } as const;
const DRAFT = draftOf({ ...FACTS, data: { output: "ü \u2028" } });

/** A closed log with some events, and its lines. */
async function written(count: number): Promise<{ path: string; lines: string[] }> {
  const path = nextPath();
  const log = jsonlEventLog({ path });
  for (let index = 0; index < count; index++) log.append(DRAFT);
  await log.close();
  return { path, lines: readFileSync(path, "utf8").split("\n").slice(0, -1) };
}

describe("jsonlEventLog", () => {
  it("[EL-41] [7.3] goes on where it stopped, in one chain", async () => {
    const { path } = await written(3);
    const log = jsonlEventLog({ path });
    expect(log.append(DRAFT)).toBe(4);
    await log.close();
    expect(await verifyChain(readJsonl(path), { head: await log.head() })).toMatchObject({ valid: true, events: 4 });
  });

  it.each(["{", '{"format_version":1,"seq":4', "\uFEFF", "x".repeat(70_000)])(
    "[EL-41] [7.3] a last line that was cut off is removed: %.12s",
    async (torn) => {
      const { path, lines } = await written(3);
      appendFileSync(path, torn);
      expect(await collect(readJsonl(path))).toHaveLength(3);
      const log = jsonlEventLog({ path });
      expect(log.append(DRAFT)).toBe(4);
      await log.close();
      expect(readFileSync(path, "utf8").split("\n").slice(0, 3)).toEqual(lines);
      expect(await verifyChain(readJsonl(path), { head: await log.head() })).toMatchObject({ valid: true, events: 4 });
    },
  );

  it("[EL-41] [7.3] a first line that was cut off leaves an empty log", async () => {
    const path = nextPath();
    writeFileSync(path, '{"format_version":1');
    const log = jsonlEventLog({ path });
    expect(await log.head()).toMatchObject({ seq: 0 });
    expect(statSync(path).size).toBe(0);
    await log.close();
  });

  it.each<[what: string, damage: (lines: string[]) => string[], message: RegExp]>([
    ["an edited line", (lines) => lines.with(1, lines[1]?.replace("ü", "u") ?? ""), /line 2: hash_mismatch/],
    ["a removed line", (lines) => lines.toSpliced(1, 1), /line 2: sequence_broken/],
    ["an empty line", (lines) => lines.toSpliced(1, 0, ""), /line 2: not JSON/],
    ["a line of another program", (lines) => lines.toSpliced(1, 0, '{"level":30}'), /line 2: `format_version` is/],
    [
      "a line in another spelling",
      (lines) => lines.with(2, lines[2]?.replace(",", ", ") ?? ""),
      /line 3: not as it was/,
    ],
  ])("[EL-41] %s is damage, and its line is named", async (_what, damage, message) => {
    const { path, lines } = await written(3);
    const bytes = `${damage(lines).join("\n")}\n`;
    writeFileSync(path, bytes);
    expect(() => jsonlEventLog({ path })).toThrow(message);
    expect(readFileSync(path, "utf8")).toBe(bytes);
  });

  it("[EL-41] a file that cannot be opened is a write error that says why", () => {
    const message = expect.stringMatching(/missing\/log` refused to be opened: ENOENT/) as string;
    expect(() => jsonlEventLog({ path: `${nextPath()}/missing/log` })).toThrow(
      expect.objectContaining({ code: "CAR_LOG_WRITE_FAILED", message }) as Error,
    );
  });

  it("[EL-45] [7.4] what is not written is bounded by 256 events and bufferBytes of text", async () => {
    const path = nextPath();
    const log = jsonlEventLog({ path, bufferBytes: 1_000 });
    const line = (await written(1)).lines[0]?.length ?? 0;
    for (let count = 1; count <= 1_000; count++) {
      log.append(DRAFT);
      const waiting = count - statSync(path).size / line;
      expect(waiting).toBeLessThan(256 + 1 + 1_000 / line);
    }
    await log.close();
  });

  it("[EL-45] [7.4] large payloads are written before there are 256 of them", async () => {
    const path = nextPath();
    const log = jsonlEventLog({ path });
    const draft = { ...DRAFT, data: { output: "x".repeat(100_000) } } as unknown as typeof DRAFT;
    for (let count = 1; count <= 100; count++) {
      log.append(draft);
      expect(count * 100_000 - statSync(path).size).toBeLessThan(1024 * 1024 + 64 * 1024 + 2 * 100_000);
    }
    await log.close();
  });

  it("[EL-45] refuses a bufferBytes that is no positive number", () => {
    expect(() => jsonlEventLog({ path: nextPath(), bufferBytes: 0 })).toThrow("bufferBytes");
  });

  it("[EL-46] [7.3] with fsync, flush syncs what is new, once", async () => {
    const synced: number[] = [];
    const real = faultyFs({});
    const fs = { ...real, fdatasyncSync: (fd: number) => void synced.push(fd) };
    const log = jsonlEventLog({ path: nextPath(), fsync: true, fs });
    expect(log.supports.durable).toBe(true);
    void log.flush();
    log.append(DRAFT);
    void log.flush();
    void log.flush();
    expect(synced).toHaveLength(1);
    await log.close();
    expect(synced).toHaveLength(1);
  });

  it("[EL-14] a closed log can still be read", async () => {
    const log = jsonlEventLog({ path: nextPath() });
    log.append(DRAFT);
    await log.close();
    expect(await collect(log.read())).toHaveLength(1);
    expect(await log.head()).toMatchObject({ seq: 1 });
  });

  it("[EL-52] [7.4] reads show what redaction leaves, the file has everything", async () => {
    const path = nextPath();
    const log = jsonlEventLog({ path, redact: { keys: ["output"] } });
    log.append(DRAFT);
    const [shown] = await collect(log.read());
    expect(shown?.data).toEqual({ output: "[redacted]" });
    expect(await verifyChain(log.read(), { head: await log.head(), redacted: true })).toMatchObject({ valid: true });
    expect((await collect(readJsonl(path)))[0]?.data).toEqual(DRAFT.data);
    await log.close();
  });

  it("[EL-98] [8.3] a file has one writer, of this process too; a link to it is the same file, and reading needs no claim", async () => {
    const path = nextPath();
    const log = jsonlEventLog({ path });
    log.append(DRAFT);
    await log.flush();
    symlinkSync(path, `${path}.link`);
    for (const name of [path, `${path}.link`]) {
      expect(() => jsonlEventLog({ path: name })).toThrow(
        expect.objectContaining({
          code: "CAR_LOG_LOCKED",
          message: expect.stringContaining(`process ${process.pid} on `) as string,
        }),
      );
    }
    expect(await collect(readJsonl(path))).toHaveLength(1);
    await log.close();
    const next = jsonlEventLog({ path });
    expect(await next.head()).toMatchObject({ seq: 1 });
    await next.close();
  });

  it("[EL-98] a log that has failed gives its file back, and so does an opening that fails", async () => {
    const path = nextPath();
    const log = jsonlEventLog({ path, fs: faultyFs({ capacity: 10 }) });
    log.append(DRAFT);
    expect(() => log.flush()).toThrow(expect.objectContaining({ code: "CAR_LOG_WRITE_FAILED" }));
    const next = jsonlEventLog({ path });
    next.append(DRAFT);
    await next.close();
    appendFileSync(path, "{}\n");
    for (let turn = 0; turn < 2; turn++) {
      expect(() => jsonlEventLog({ path })).toThrow(expect.objectContaining({ code: "CAR_LOG_CORRUPT" }));
    }
    await log.close();
  });

  it("[EL-98] what is taken over is written to no more", async () => {
    const path = nextPath();
    const log = jsonlEventLog({ path });
    log.append(DRAFT);
    writeFileSync(`${path}.lock/2`, "");
    expect(() => log.flush()).toThrow(expect.objectContaining({ code: "CAR_LOG_FENCED" }));
    expect(readFileSync(path, "utf8")).toBe("");
  });

  it("[EL-98] a device has no claim", async () => {
    const log = jsonlEventLog({ path: "/dev/null" });
    await log.close();
    expect(existsSync("/dev/null.lock")).toBe(false);
  });

  it("[EL-9] a payload that is not plain JSON does not harm the file", async () => {
    const path = nextPath();
    const log = jsonlEventLog({ path });
    log.append(draftOf({ ...FACTS, data: { text: "\uD800", n: Number.NaN } }));
    await log.close();
    const [event] = await collect<CarEvent>(readJsonl(path));
    expect(event?.data).toEqual({ n: null, text: "\uFFFD" });
    expect(event?.run_id).toBe(SAMPLE_SCOPES[0]?.run_id);
  });
});
