import { mkdtempSync, unlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JsonObject } from "@car/ir";
import { afterAll, describe, expect, it } from "vitest";
import { cleanUp, emptyHome, probeContext, type TestRepository, toolNamed, worked } from "./testing/repositories.js";

const root = mkdtempSync(join(tmpdir(), "car-undo-git-"));
const home = emptyHome();
let count = 0;
const fresh = (): TestRepository => worked(join(root, String(++count)));
afterAll(() => [root, home].forEach(cleanUp));

/** The parameters of the reader for one call, as the runtime fills them in. */
function scopeOf({ kit }: TestRepository, tool: string, parameters: JsonObject): JsonObject {
  const scope = toolNamed(kit, tool).schema.before?.parameters as JsonObject;
  const fill = (text: string): unknown =>
    text.startsWith("$parameters.")
      ? parameters[text.slice(12)]
      : text.replace(/\$\{parameters\.(\w+)\}/g, (_, name: string) => String(parameters[name]));
  return JSON.parse(JSON.stringify(scope), (_, value: unknown) =>
    typeof value === "string" ? fill(value) : value,
  ) as JsonObject;
}

const CALLS: readonly (readonly [string, JsonObject])[] = [
  ["git_commit", { message: "staged" }],
  ["git_commit", { message: "all", all: true }],
  ["git_commit", { message: "some", paths: ["new file.txt"] }],
  ["git_branch", { name: "topic", at: "HEAD~1" }],
  ["git_delete_branch", { name: "other" }],
  ["git_tag", { name: "v1" }],
  ["git_tag", { name: "v1", message: "first" }],
  ["git_checkout", { ref: "other" }],
  ["git_checkout", { ref: "HEAD~1" }],
  ["git_checkout", { ref: "topic", create: true }],
  ["git_stash", { include_untracked: false }],
  ["git_stash", { include_untracked: true, message: "later" }],
];

describe("a call and its undo", () => {
  it.each(CALLS)("[UG-1] %s %j leaves everything as it was, and can be undone twice", async (tool, parameters) => {
    const repository = fresh();
    const before = repository.snapshot();
    const image = await repository.call("git_image", scopeOf(repository, tool, parameters));
    await repository.call(tool, parameters);
    expect(repository.snapshot()).not.toEqual(before);
    const after = await repository.call("git_image", scopeOf(repository, tool, parameters));
    expect(after).not.toEqual(image);

    await repository.call("git_restore", { image });
    expect(repository.snapshot()).toEqual(before);
    expect(await repository.call("git_image", scopeOf(repository, tool, parameters))).toEqual(image);
    await repository.call("git_restore", { image });
    expect(repository.snapshot()).toEqual(before);
    expect(repository.git("fsck", "--strict", "--no-dangling")).toBe("");
  });

  it.each(CALLS)("[UG-5] %s %j: its probe knows", async (tool, parameters) => {
    const repository = fresh();
    const image = await repository.call("git_image", scopeOf(repository, tool, parameters));
    const { probe } = toolNamed(repository.kit, tool);
    const key = "f".repeat(64);
    expect(await probe?.(parameters, probeContext(key, image))).toEqual({ happened: false });
    const output = await repository.call(tool, parameters, key);
    // A name that depends on where HEAD is means something else now.
    const known = parameters["ref"] === "HEAD~1" ? undefined : { happened: true, output };
    expect(await probe?.(parameters, probeContext(key, image))).toEqual(known);
  });
});

void unlinkSync;
