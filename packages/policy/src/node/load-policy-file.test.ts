import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PolicyDocumentInvalidError } from "@car/ir";
import { afterAll, describe, expect, it } from "vitest";
import { denyTool } from "../index.js";
import { loadPolicyFile } from "./load-policy-file.js";

const folder = mkdtempSync(join(tmpdir(), "car-policy-"));
afterAll(() => rmSync(folder, { recursive: true }));

function fileWith(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** The only problem of a file. */
async function problemOf(path: string): Promise<unknown> {
  const error: unknown = await loadPolicyFile(path).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(PolicyDocumentInvalidError);
  const { problems } = error as PolicyDocumentInvalidError;
  expect(problems).toHaveLength(1);
  return problems[0];
}

describe("loadPolicyFile", () => {
  it.each([
    ["a.yaml", "version: 1\nrules: [{type: deny_tool, tool: x}]"],
    ["b.YML", "version: 1\nrules: [{type: deny_tool, tool: x}]"],
    ["c.toml", "version = 1\nrules = [{ type = 'deny_tool', tool = 'x' }]"],
    ["d.json", '\ufeff{"version":1,"rules":[{"type":"deny_tool","tool":"x"}]}'],
  ])("[PO-55] reads %s by its ending", async (name, text) => {
    expect((await loadPolicyFile(fileWith(name, text))).rules).toEqual([denyTool("x")]);
  });

  it("[PO-55] [6.2] names the file in every problem", async () => {
    const path = fileWith("bad.yaml", "version: 2\nrules: []");
    expect(await problemOf(path)).toMatchObject({ file: path, line: 1, path: "version" });
  });

  it.each([
    ["rules.txt", "version: 1", /ends in/],
    ["rules", "version: 1", /ends in/],
    ["latin.yaml", new Uint8Array([0x76, 0xe9]), /UTF-8/],
    ["long.json", " ".repeat(800_000), /longer/],
  ])("[PO-55] refuses %s", async (name, content, message) => {
    const path = fileWith(name, content);
    expect(await problemOf(path)).toMatchObject({ file: path, message: expect.stringMatching(message) as unknown });
  });

  it("[PO-55] says why a file cannot be read", async () => {
    const missing = join(folder, "missing.yaml");
    expect(await problemOf(missing)).toMatchObject({ file: missing, message: "cannot be read (ENOENT)" });
  });
});
