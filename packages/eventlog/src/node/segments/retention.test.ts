import { generateKeyPairSync } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { jsonOfEvent } from "@car/ir";
import { describe, expect, it } from "vitest";
import { verifyHead } from "../../chain/head-signature.js";
import { verifyChain } from "../../chain/verify-chain.js";
import { replayState } from "../../replay/replay-state.js";
import { collect, draftOf } from "../../testing/sample-log.js";
import { appendPairs, numbered, segmentsIn, smallSegments } from "../../testing/segment-logs.js";
import { temporaryPaths } from "../../testing/temporary-folder.js";
import { ed25519Signer, ed25519Verifier } from "../ed25519.js";
import { droppedHead, readLog } from "./read-segments.js";

const nextPath = temporaryPaths();

/** All text in the files below a folder. */
function everythingIn(dir: string): string {
  const files = readdirSync(dir, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files.map(({ parentPath, name }) => readFileSync(join(parentPath, name), "latin1")).join("");
}

describe("dropBefore", () => {
  it("[EL-89] [7.4] deletes whole segments, and the rest verifies from the head that is kept", async () => {
    const dir = nextPath();
    const log = smallSegments(dir);
    await appendPairs(log, 4);
    const hashes = (await collect(log.read())).map(({ hash }) => hash);
    expect(await log.dropBefore(1)).toBeUndefined();
    const after = await log.dropBefore(6);
    expect(after).toEqual({ seq: 4, hash: hashes[3] });
    expect(segmentsIn(dir)).toHaveLength(2);
    await appendPairs(log, 1);
    const head = await log.head();
    await log.close();

    const again = smallSegments(dir, { verify: "all" });
    expect(again.opened.dropped).toEqual(after);
    expect(droppedHead(dir)).toEqual(after);
    for (const events of [again.read(), readLog(dir)]) {
      const report = await verifyChain(events, { head, ...(after !== undefined && { after }) });
      expect(report).toMatchObject({ valid: true, from: 5, events: 6, complete: false });
    }
    expect(await verifyChain(again.read(), { head })).toMatchObject({ problem: { code: "start_missing" } });
    expect(await verifyChain(again.read(), { after: { seq: 4, hash: "f".repeat(64) } })).toMatchObject({
      problem: { code: "link_broken" },
    });
    await again.close();
  });

  it("[EL-89] [7.5] keeps the heads signed, and always the newest segment", async () => {
    const { publicKey, privateKey } = generateKeyPairSync("ed25519");
    const sign = ed25519Signer(privateKey.export({ type: "pkcs8", format: "pem" }).toString());
    const verify = ed25519Verifier(publicKey.export({ type: "spki", format: "pem" }).toString());
    const dir = nextPath();
    const log = smallSegments(dir);
    await appendPairs(log, 3);
    expect(await log.dropBefore(100, { sign })).toMatchObject({ seq: 4 });
    await log.close();
    const head = droppedHead(dir);
    expect(head?.seq).toBe(4);
    expect(head !== undefined && (await verifyHead(head, verify))).toBe(true);
  });

  it("[EL-89] [7.5] a segment that is gone without a whole record is missing", async () => {
    const dir = nextPath();
    const log = smallSegments(dir);
    await appendPairs(log, 3);
    await log.dropBefore(5);
    await log.close();
    const record = join(dir, readdirSync(dir).filter((name) => name.endsWith(".dropped"))[1] ?? "");
    const text = readFileSync(record, "utf8");
    for (const changed of [text.slice(0, -5), text.replace('"seq":4', '"seq":5'), "x\n"]) {
      writeFileSync(record, changed);
      expect(() => smallSegments(dir)).toThrow(/missing|damaged/);
    }
    rmSync(record);
    expect(() => droppedHead(dir)).toThrow("it is missing");
  });

  it("[EL-89] [EL-90] takes the large payloads along", async () => {
    const dir = nextPath();
    const log = smallSegments(dir, { inlineBytes: 100, segmentBytes: 600 });
    await appendPairs(log, 3);
    expect(readdirSync(join(dir, "payloads")).length).toBeGreaterThan(1);
    await log.dropBefore(100);
    expect(readdirSync(join(dir, "payloads"))).toHaveLength(1);
    await log.close();
  });
});

describe("large payloads", () => {
  it("[EL-90] [7.4] lie in files by content hash, and read as if they did not", async () => {
    const dir = nextPath();
    const log = smallSegments(dir, { inlineBytes: 100, durability: "action" });
    log.append(numbered(1));
    log.append(draftOf({ kind: "config_changed", data: { small: true } }));
    await log.flush();
    const [event] = await collect(log.read());
    expect(event?.data).toEqual(numbered(1).data);
    expect(await verifyChain(log.read(), { head: await log.head() })).toMatchObject({ valid: true, withheld: 0 });
    const [segment = ""] = readdirSync(join(dir, "payloads"));
    const [file = ""] = readdirSync(join(dir, "payloads", segment));
    expect(file).toMatch(/^[0-9a-f]{64}$/);
    expect(readFileSync(join(dir, segmentsIn(dir)[0] ?? ""), "utf8")).toContain(`"data":{},"data_digest":"${file}"`);

    const path = join(dir, "payloads", segment, file);
    const text = readFileSync(path, "utf8");
    writeFileSync(path, text.replace("x", "y"));
    await expect(collect(log.read())).rejects.toMatchObject({ code: "CAR_LOG_CORRUPT", place: { seq: 1 } });
    await log.close();
  });
});

describe("forget", () => {
  it.each([
    ["in its line", 10_000],
    ["in a file", 100],
  ])("[EL-91] [7.4] erases a payload %s, and the chain still verifies", async (_where, inlineBytes) => {
    const dir = nextPath();
    const log = smallSegments(dir, { inlineBytes, segmentBytes: 3_000, bufferBytes: 500, durability: "commit" });
    for (let seq = 1; seq <= 9; seq++) log.append(numbered(seq, { secret: `s${seq}s${"x".repeat(400)}` }));
    await log.flush();
    expect(await log.forget(2)).toBe(1);
    expect(await log.forget(2)).toBe(0);
    expect(await log.forget((event) => /^s[89]s/.test(jsonOfEvent(event)["secret"] as string))).toBe(2);
    const text = everythingIn(dir);
    for (let seq = 1; seq <= 9; seq++) expect(text.includes(`s${seq}s`)).toBe(![2, 8, 9].includes(seq));
    expect(log.append(numbered(10))).toBe(10);
    const head = await log.head();
    await log.close();

    const again = smallSegments(dir, { verify: "all" });
    expect(await verifyChain(again.read(), { head })).toMatchObject({ valid: true, events: 10, withheld: 3 });
    const gone = (await collect(again.read())).filter(({ data_digest }) => data_digest !== undefined);
    expect(gone.map(({ seq, data }) => [seq, data])).toEqual([2, 8, 9].map((seq) => [seq, {}]));
    await again.close();
  });

  it("[EL-91] [7.6] a replay that needs what was erased stops", async () => {
    const log = smallSegments(nextPath());
    log.append(draftOf({ kind: "state_changed", data: { changes: [{ key: "k", value: 1, origin: "host" }] } }));
    await log.forget(1);
    await expect(replayState(log.read())).rejects.toMatchObject({ code: "CAR_LOG_PAYLOAD_ERASED", seq: 1 });
    await log.close();
  });

  it("[EL-91] what is cut off while a segment is rewritten is removed at the next opening", async () => {
    const dir = nextPath();
    await smallSegments(dir).close();
    writeFileSync(join(dir, "0000000000000001-00000001.jsonl.tmp"), "half");
    await smallSegments(dir).close();
    expect(existsSync(join(dir, "0000000000000001-00000001.jsonl.tmp"))).toBe(false);
  });
});
