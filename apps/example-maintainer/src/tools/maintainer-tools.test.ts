import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createRuntime, type Runtime } from "@car/engine";
import type { ProposalResult } from "@car/ir";
import { rulePolicy } from "@car/policy";
import { loadPolicyFile } from "@car/policy/node";
import { type LiveMcpServer, stdioMcpServer } from "@car/tools-mcp";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { filesystemServer, POLICY_FILE, PROJECT } from "../shipped-files.js";
import { createWorkspace, type Workspace } from "../workspace/create-workspace.js";
import { type Fingerprint, fingerprintOf } from "../workspace/fingerprint.js";
import { maintainerTools } from "./maintainer-tools.js";

let workspace: Workspace;
let server: LiveMcpServer;
let runtime: Runtime;
let before: Fingerprint;

beforeAll(async () => {
  workspace = await createWorkspace(PROJECT);
  await useHomeWithGitConfig(join(workspace.root, "hostile"));
  server = await stdioMcpServer({ command: process.execPath, args: [filesystemServer(), workspace.clone] });
  runtime = createRuntime({ tools: await maintainerTools(workspace, server.client) });
  before = await fingerprintOf(workspace);
});
afterEach(async () => {
  await workspace.git(["reset", "--quiet", "--hard", "origin/main"]);
  await workspace.git(["clean", "--force", "-d", "--quiet"]);
});
afterAll(async () => {
  await runtime.close();
  await server.close();
  await workspace.remove();
  vi.unstubAllEnvs();
});

/** What a user's configuration could do to the story: nobody can sign here. */
async function useHomeWithGitConfig(home: string): Promise<void> {
  await mkdir(home);
  await writeFile(join(home, ".gitconfig"), "[commit]\n  gpgSign = true\n");
  vi.stubEnv("HOME", home);
  vi.stubEnv("XDG_CONFIG_HOME", home);
}

type Call = readonly [tool: string, parameters?: Record<string, never> | object];

/** Runs the calls one after the other, as one transaction. */
function run(...calls: readonly Call[]): Promise<ProposalResult> {
  const actions = calls.map(([tool, parameters = {}], index) => {
    const dependencies = index === 0 ? [] : [`a${index - 1}`];
    return { id: `a${index}`, type: "tool_call", tool, parameters, dependencies };
  });
  return runtime.execute({ actions });
}

/** A call that always fails, and so undoes what came before it. */
const FAILING: Call = ["run_example", { file: "examples/missing.js" }];

function fileText(path: string): Promise<string> {
  return readFile(join(workspace.clone, path), "utf8");
}

describe("file tools", () => {
  it("read what is on the disk, through the server", async () => {
    const { results } = await run(["read_text_file", { path: "src/errors.js" }], ["list_directory", { path: "src" }]);
    expect(results[0]?.output).toEqual({ content: await fileText("src/errors.js") });
    expect(results[1]?.output).toMatchObject({ content: expect.stringContaining("[FILE] format.js") });
  });

  it("restore what an edit changed when the run is undone, the newest edit first", async () => {
    const edit = (oldText: string, newText: string): Call => [
      "edit_file",
      { path: "src/units.js", edits: [{ oldText, newText }] },
    ];
    const result = await run(edit("86_400_000", "1"), edit('name: "d"', 'name: "x"'), FAILING);
    expect(result).toMatchObject({ status: "rolled_back", external_effects_remain: false });
    expect(result.results.map(({ compensated }) => compensated)).toEqual([true, true, undefined]);
    expect(await fingerprintOf(workspace)).toEqual(before);
  });

  it("remove a file that was new, and restore one that was overwritten", async () => {
    const result = await run(
      ["write_file", { path: "src/new.js", content: "export {};\n" }],
      ["write_file", { path: "README.md", content: "" }],
      FAILING,
    );
    expect(result.status).toBe("rolled_back");
    expect(existsSync(join(workspace.clone, "src/new.js"))).toBe(false);
    expect(await fingerprintOf(workspace)).toEqual(before);
  });

  it.each(["../outside.txt", "/etc/passwd"])("do not write to %s", async (path) => {
    const { results } = await run(["write_file", { path, content: "x" }]);
    expect(results[0]).toMatchObject({
      status: "rejected",
      attempts: 0,
      error: expect.stringContaining("could not be taken"),
    });
  });

  it.each([".git/config", "src/../.git/hooks/pre-commit", "./.GIT/HEAD", "CLONE/.git"])(
    "do not touch %s under the policy",
    async (path) => {
      const policy = rulePolicy(await loadPolicyFile(POLICY_FILE));
      const guarded = createRuntime({ tools: await maintainerTools(workspace, server.client), policy });
      const parameters = { path: path.replace("CLONE", workspace.clone), content: "x" };
      const result = await guarded.execute({
        actions: [{ id: "a", type: "tool_call", tool: "write_file", parameters }],
      });
      await guarded.close();
      expect(result.reasons).toMatchObject([{ code: "policy_denied", policies: ["not_behind_gits_back"] }]);
    },
  );

  it("say that the tests are stale after an edit", async () => {
    await run(["run_tests"]);
    expect(runtime.state.entry("tests.status")).toMatchObject({ value: "passed", origin: "tool" });
    await run(["write_file", { path: "notes.txt", content: "x" }]);
    expect(runtime.state.entry("tests.status")).toMatchObject({ value: "stale", origin: "tool" });
  });
});

describe("git tools", () => {
  it("look at the repository", async () => {
    await writeFile(join(workspace.clone, "README.md"), "new\n");
    const { results } = await run(["git_status"], ["git_log", { max_count: 1 }], ["git_diff"]);
    const entries = [{ path: "README.md", staged: " ", unstaged: "M" }];
    expect(results[0]?.output).toMatchObject({ branch: "main", clean: false, entries });
    expect(results[1]?.output).toMatchObject({ commits: [{ message: "Release 1.2.0" }] });
    expect(results[2]?.output).toMatchObject({ patch: expect.stringContaining("+new") });
  });

  it("undo tag, commit and edit, in that order, when the run is undone", async () => {
    const result = await run(
      ["write_file", { path: "new.txt", content: "x" }],
      ["git_commit", { message: "Add a file", all: true }],
      ["git_tag", { name: "v9.9.9", message: "nine" }],
      FAILING,
    );
    expect(result).toMatchObject({ status: "rolled_back", external_effects_remain: false });
    expect(result.results.map(({ compensated }) => compensated)).toEqual([true, true, true, undefined]);
    expect(await fingerprintOf(workspace)).toEqual(before);
  });

  it("refuse to commit nothing", async () => {
    const { results } = await run(["git_commit", { message: "Nothing", all: true }]);
    expect(results[0]).toMatchObject({ status: "failed", error: expect.stringContaining("nothing to commit") });
  });

  it("read no configuration but the repository's own", async () => {
    const { status } = await run(
      ["write_file", { path: "new.txt", content: "x" }],
      ["git_commit", { message: "Unsigned", all: true }],
    );
    expect(status).toBe("committed");
    expect(await workspace.git(["log", "-1", "--format=%an %G?"])).toBe("Maintainer Agent N");
  });
});

describe("test tools", () => {
  it("run the suite, one file of it, and an example", async () => {
    const { results } = await run(
      ["run_tests"],
      ["run_test_file", { file: "test/parse.test.js" }],
      ["run_example", { file: "examples/timetable.js" }],
    );
    expect(results[0]?.output).toEqual({ status: "passed", passed: 16, summary: "16 tests passed" });
    expect(results[1]?.output).toMatchObject({ passed: 8 });
    expect(results[2]?.output).toMatchObject({ printed: expect.arrayContaining(["longest  2h 10m"]) });
  });

  it("fail when a test fails, and when the code does not load", async () => {
    await writeFile(join(workspace.clone, "src/compare.js"), "export function compare() {\n  return 0;\n}\n");
    const wrong = await run(["run_test_file", { file: "test/compare.test.js" }]);
    expect(wrong.results[0]?.error).toContain('1 of 2 tests failed: "orders written durations');

    await writeFile(join(workspace.clone, "src/compare.js"), "export function {");
    const broken = await run(["run_test_file", { file: "test/compare.test.js" }]);
    expect(broken.results[0]?.error).toContain("SyntaxError");
  });
});

describe("run_command", () => {
  it("runs any program in the clone; only policy can hold it back", async () => {
    const { results } = await run(["run_command", { command: "git", args: ["rev-parse", "--show-toplevel"] }]);
    expect(results[0]?.output).toEqual({ stdout: `${workspace.clone}\n`, stderr: "" });
  });
});
