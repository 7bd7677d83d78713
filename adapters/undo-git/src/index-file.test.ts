import { mkdtempSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { cleanUp, repositoryIn } from "./testing/repositories.js";

const TICK = 1_700_000_000;

it("[UG-2] puts away a change of equal length that was made in the same tick as the index", async () => {
  const root = mkdtempSync(join(tmpdir(), "car-undo-git-tick-"));
  const repository = repositoryIn(join(root, "one"));
  const file = join(repository.folder, "a.txt");
  repository.git("config", "core.trustctime", "false");
  repository.write("a.txt", "a");
  utimesSync(file, TICK, TICK);
  await repository.call("git_commit", { message: "first", all: true });
  repository.write("a.txt", "b");
  utimesSync(file, TICK, TICK);
  utimesSync(join(repository.folder, ".git/index"), TICK, TICK);
  await repository.call("git_stash", { include_untracked: false });
  expect(repository.git("show", "stash@{0}:a.txt")).toBe("b");
  cleanUp(root);
});
