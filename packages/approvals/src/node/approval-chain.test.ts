import { appendFileSync, cpSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkedLine } from "@car/files";
import type { JsonObject } from "@car/ir";
import type { ApprovalStore, StoredApprovalRequest } from "@car/ir/ports";
import { afterAll, describe, expect, it } from "vitest";
import { jsonlApprovalStore } from "./jsonl-approval-store.js";
import { requestOf } from "../testing/requests.js";

const folder = mkdtempSync(join(tmpdir(), "car-approvals-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;
const newPath = (): string => join(folder, `${++count}.jsonl`);
const take = (store: ApprovalStore, run: string): unknown => store.take({ subject: "granted", run_id: run, now: 2 });
const FREE = { state: "answered" };

/** A file in which a grant was used; two stores wrote it in turns. */
async function usedGrant(): Promise<{ readonly path: string; readonly lines: readonly string[] }> {
  const path = newPath();
  const [one, other] = [jsonlApprovalStore({ path }), jsonlApprovalStore({ path })];
  await one.request(requestOf("first"));
  await other.grant({ subject: "granted", expires_at: 1_000, sticky: false });
  expect(take(one, "run")).toMatchObject(FREE);
  await other.request(requestOf("second"));
  await one.request(requestOf("third"));
  return { path, lines: readFileSync(path, "utf8").trimEnd().split("\n") };
}

const refusal = (line: number): unknown =>
  expect.objectContaining({ code: "CAR_STORE_CORRUPT", message: expect.stringContaining(`.jsonl, line ${line}: `) });

describe("the chain of an approval file", () => {
  it("[AP-15] [6.5] a used grant stays used: a file with any line taken out, also the last ones, is refused with its line", async () => {
    const { path, lines } = await usedGrant();
    for (let gone = 1; gone <= lines.length; gone++) {
      writeFileSync(path, lines.filter((_, index) => index + 1 !== gone).join("\n") + "\n");
      expect(() => jsonlApprovalStore({ path }), `without line ${gone}`).toThrow(refusal(gone));
      writeFileSync(
        path,
        lines
          .slice(0, gone - 1)
          .map((line) => `${line}\n`)
          .join(""),
      );
      expect(() => jsonlApprovalStore({ path }), `cut before line ${gone}`).toThrow(refusal(gone));
    }
  });

  it("[AP-15] any line that stands twice is refused", async () => {
    const { path, lines } = await usedGrant();
    for (const line of lines) {
      writeFileSync(path, [...lines, line].join("\n") + "\n");
      expect(() => jsonlApprovalStore({ path })).toThrow(refusal(lines.length + 1));
    }
  });

  it("[AP-15] any line that is changed, with its checksum, is refused, and so are lines that change places", async () => {
    const { path, lines } = await usedGrant();
    for (let index = 0; index < lines.length; index++) {
      const { crc: _, ...fields } = JSON.parse(lines[index]!) as Record<string, unknown>;
      const other = checkedLine(JSON.stringify(fields).replace(/"(expires_at|at)":(\d+)/, '"$1":9$2'));
      const changed = lines.map((line, at) => (at === index ? other : line));
      writeFileSync(path, changed.join("\n") + "\n");
      expect(() => jsonlApprovalStore({ path })).toThrow(expect.objectContaining({ code: "CAR_STORE_CORRUPT" }));
      const swapped = [...lines];
      [swapped[index], swapped[index - 1]] = [lines[index - 1] ?? "", lines[index]!];
      writeFileSync(path, swapped.join("\n") + "\n");
      if (index > 0) expect(() => jsonlApprovalStore({ path })).toThrow(refusal(index));
    }
  });

  it("[AP-15] without the file of its end, any line but the last that is taken out is found", async () => {
    const { path, lines } = await usedGrant();
    rmSync(`${path}.head`);
    for (let gone = 1; gone < lines.length; gone++) {
      writeFileSync(path, lines.filter((_, index) => index + 1 !== gone).join("\n") + "\n");
      expect(() => jsonlApprovalStore({ path }), `without line ${gone}`).toThrow(refusal(gone));
    }
  });

  it("[AP-15] a file that is cut, or put away, under an open store is refused", async () => {
    const { path, lines } = await usedGrant();
    const store = jsonlApprovalStore({ path });
    writeFileSync(path, `${lines[0]}\n`);
    expect(() => take(store, "other")).toThrow(refusal(lines.length));
    renameSync(path, `${path}.away`);
    expect(() => jsonlApprovalStore({ path })).toThrow(refusal(1));
  });

  it("[AP-15] [8.1] two stores that write at the same moment do not break the file", async () => {
    const path = newPath();
    const stores = Array.from({ length: 4 }, () => jsonlApprovalStore({ path }));
    // What each of them writes when it has read nothing of the others.
    let written = "";
    for (const [index, store] of stores.entries()) {
      await store.request(requestOf(`r${index}`));
      written += readFileSync(path, "utf8");
      rmSync(`${path}.head`);
      writeFileSync(path, "");
    }
    writeFileSync(path, written);
    const again = jsonlApprovalStore({ path });
    expect(await again.pending(2)).toHaveLength(4);
    await again.request(requestOf("last"));
    expect(await jsonlApprovalStore({ path }).pending(2)).toHaveLength(5);
  });

  it("[AP-16] [8.1] a copy, whose parts may be of different moments, can be opened and goes on", async () => {
    const { path, lines } = await usedGrant();
    const copy = newPath();
    cpSync(`${path}.head`, `${copy}.head`);
    writeFileSync(
      copy,
      lines
        .slice(0, -1)
        .map((line) => `${line}\n`)
        .join(""),
    );
    const store = jsonlApprovalStore({ path: copy });
    expect(take(store, "other")).toEqual({ state: "unknown" });
    await store.request(requestOf("fourth"));
    writeFileSync(
      copy,
      lines
        .slice(0, -1)
        .map((line) => `${line}\n`)
        .join(""),
    );
    expect(() => jsonlApprovalStore({ path: copy })).toThrow(refusal(lines.length));
  });

  it("[AP-17] [6.5] the approver is shown every parameter, also those named `__proto__`", async () => {
    const path = newPath();
    const text = '{"to":"ann","__proto__":{"to":"mallory"},"more":{"__proto__":{"x":1},"constructor":{"y":2}}}';
    const origins = JSON.parse('{"__proto__":{"labels":["mail"],"source":"read"}}') as NonNullable<
      StoredApprovalRequest["origins"]
    >;
    await jsonlApprovalStore({ path }).request({
      ...requestOf("r"),
      parameters: JSON.parse(text) as JsonObject,
      origins,
    });
    const [shown] = await jsonlApprovalStore({ path }).pending(2);
    expect(JSON.stringify(shown?.parameters)).toBe(text);
    expect(JSON.stringify(shown?.origins)).toBe(JSON.stringify(origins));
  });

  it.each([
    ['"at":1e999', "at: a number is not finite"],
    ['"id":"\\ud800"', "id: a lone surrogate"],
    ['"id":7', "it holds no approval: id"],
    [`"id":${"[".repeat(1_001)}${"]".repeat(1_001)}`, "nested deeper than 1000 levels"],
    ['"id":', "it is no JSON"],
  ])("[AP-12] a line with its checksum that no store writes is named, with what is wrong: %.30s", (field, problem) => {
    const path = newPath();
    appendFileSync(path, `${checkedLine(`{"op":"decide",${field}}`)}\n`);
    expect(() => jsonlApprovalStore({ path })).toThrow(refusal(1));
    expect(() => jsonlApprovalStore({ path })).toThrow(problem);
  });
});
