import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JsonObject } from "@car/ir";
import { afterAll, expect, it } from "vitest";
import { cleanUp, emptyHome, worked } from "./testing/repositories.js";

const root = mkdtempSync(join(tmpdir(), "car-undo-git-image-"));
const home = emptyHome();
const repository = worked(join(root, "r"));
const ID = "0".repeat(40);
afterAll(() => [root, home].forEach(cleanUp));

it.each<JsonObject>([
  { format: 2 },
  { refs: [] },
  { refs: { "refs/heads/a b": null } },
  { refs: { "refs/heads/a\nupdate refs/heads/b": null } },
  { refs: { "../x": ID } },
  { refs: { "refs/heads/a": "x" } },
  { head: "ref: ../x" },
  { index: "x" },
  { files: { "../x": `100644 ${ID}` } },
  { files: { "/tmp/x": `100644 ${ID}` } },
  { files: { ".git/hooks/pre-commit": `100755 ${ID}` } },
  { files: { a: `104755 ${ID}` } },
  { files: { a: "100644 --help" } },
  { files: { a: "gone ../x" } },
  { stash: ["a\nb"] },
])("[UG-10] an image that somebody has made up is refused, and nothing is done: %j", async (part) => {
  const before = repository.snapshot();
  const image = { ...((await repository.call("git_image", {})) as JsonObject), ...part };
  await expect(repository.call("git_restore", { image })).rejects.toMatchObject({
    class: "invalid",
    message: expect.stringMatching(/none of git_image/) as unknown,
  });
  expect(repository.snapshot()).toEqual(before);
});
