import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PROJECT } from "../shipped-files.js";
import { createWorkspace, type Workspace } from "./create-workspace.js";
import { fingerprintOf, sameFingerprint } from "./fingerprint.js";
import { runProgram } from "./run-program.js";

let workspace: Workspace;
beforeAll(async () => {
  workspace = await createWorkspace(PROJECT);
});
afterAll(async () => {
  await workspace.remove();
  expect(existsSync(workspace.root)).toBe(false);
});

describe("createWorkspace", () => {
  it("makes a clean clone with a history, of a bare remote that has the same", async () => {
    const { git, remoteGit, remote } = workspace;
    expect(await git(["status", "--porcelain"])).toBe("");
    expect((await git(["log", "--format=%an: %s"])).split("\n")).toEqual([
      "Maintainer Agent: Release 1.2.0",
      "Maintainer Agent: Write durations",
      "Maintainer Agent: Read durations",
    ]);
    expect(await git(["remote", "get-url", "origin"])).toBe(remote);
    expect(await remoteGit(["rev-parse", "main", "v1.2.0^{commit}"])).toBe(await git(["rev-parse", "HEAD", "HEAD"]));
    expect(await remoteGit(["rev-parse", "--is-bare-repository"])).toBe("true");
  });

  it("holds a project whose tests pass", async () => {
    const { clone, env } = workspace;
    const { code, stdout } = await runProgram(process.execPath, ["--test", "--test-reporter=tap"], { cwd: clone, env });
    expect(code).toBe(0);
    expect(stdout).toContain("# pass 16");
  });

  it("reads no configuration but its own", async () => {
    const places = await workspace.git(["config", "--list", "--show-origin"]);
    expect(places.split("\n").every((line) => line.startsWith("file:.git/config"))).toBe(true);
  });
});

describe("fingerprintOf", () => {
  it("changes with a file's content and comes back with it", async () => {
    const before = await fingerprintOf(workspace);
    const file = join(workspace.clone, "src", "new.js");
    await writeFile(file, "1");
    const changed = await fingerprintOf(workspace);
    await workspace.git(["clean", "--force", "--quiet"]);
    expect(sameFingerprint(before, changed)).toBe(false);
    expect(changed).toMatchObject({ status: "?? src/new.js", head: before.head, remote: before.remote });
    expect(sameFingerprint(before, await fingerprintOf(workspace))).toBe(true);
  });
});
