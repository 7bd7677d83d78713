import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRuntime } from "@car/engine";
import { type JsonObject, type ProposalResult, ToolError } from "@car/ir";
import type { Tool } from "@car/ir/ports";
import { afterAll, describe, expect, it } from "vitest";
import { cleanUp, emptyHome, repositoryIn, type TestRepository, worked } from "./testing/repositories.js";
import { IRREVERSIBLE_GIT_TOOLS, undoGit } from "./undo-git.js";

const root = mkdtempSync(join(tmpdir(), "car-undo-git-engine-"));
const home = emptyHome();
let count = 0;
const folderFor = (): string => join(root, String(++count));
afterAll(() => [root, home].forEach(cleanUp));

type Calls = readonly (readonly [tool: string, parameters: JsonObject])[];

/** Executes calls in their order, without saying so: the state key that they share does. */
async function execute({ kit }: TestRepository, calls: Calls, more: readonly Tool[] = []): Promise<ProposalResult> {
  const runtime = createRuntime({ tools: [...kit.tools, ...more] });
  const actions = calls.map(([tool, parameters], index) => ({
    id: `a${index}`,
    type: "tool_call" as const,
    tool,
    parameters,
  }));
  const result = await runtime.execute({ actions });
  await runtime.close();
  return result;
}

/** Fails once the calls before it are over. */
function spoil(work: () => void = () => undefined): Tool {
  return {
    schema: { name: "spoil", effects: ["git"], failures: "definite" },
    execute: () => {
      work();
      throw new ToolError("spoilt");
    },
  };
}

const CALLS: Calls = [
  ["git_commit", { message: "all", all: true }],
  ["git_tag", { name: "v1", message: "first" }],
  ["git_branch", { name: "topic" }],
  ["git_checkout", { ref: "other" }],
  ["git_delete_branch", { name: "topic" }],
  ["git_status", {}],
];

describe("a batch of git calls", () => {
  it("[UG-12] runs in the order of the proposal, and commits", async () => {
    const repository = worked(folderFor());
    const result = await execute(repository, CALLS);
    expect(result.status).toBe("committed");
    expect(result.results.at(-1)?.output).toMatchObject({ branch: "other", clean: true });
    expect(repository.git("log", "-1", "--format=%s", "v1")).toBe("all\n");
  });

  it("[UG-1] that fails at its end leaves everything as it was", async () => {
    const repository = worked(folderFor());
    const before = repository.snapshot();
    const result = await execute(repository, [...CALLS, ["spoil", {}]], [spoil()]);
    expect(result).toMatchObject({ status: "rolled_back", external_effects: "none" });
    expect(repository.snapshot()).toEqual(before);
  });

  it("[UG-13] does not overwrite what somebody else has moved since, and names it", async () => {
    const repository = worked(folderFor());
    const meddle = spoil(() => repository.git("commit", "-q", "--allow-empty", "-m", "by hand"));
    const calls: Calls = [
      ["git_branch", { name: "topic" }],
      ["git_commit", { message: "m" }],
      ["spoil", {}],
    ];
    const result = await execute(repository, calls, [meddle]);
    expect(result).toMatchObject({ status: "rolled_back", external_effects: "remain" });
    expect(result.results.map(({ compensated }) => compensated)).toEqual([true, false, undefined]);
    expect(repository.git("log", "-2", "--format=%s")).toBe("by hand\nm\n");
    expect(repository.git("branch", "--list", "topic")).toBe("");
  });

  it("[UG-14] undoes the calls of a wrapped tool, and names what it leaves alone", async () => {
    const repository = worked(folderFor());
    const { kit, git, write } = repository;
    const before = repository.snapshot();
    const other: Tool = {
      schema: { name: "script", parameters: { type: "object" } },
      execute: () => {
        git("checkout", "-q", "-b", "scripted");
        write("a.txt", "by script\n");
        git("rm", "-q", "run.sh");
        git("add", "-A");
        git("commit", "-qm", "scripted");
        git("branch", "-D", "other");
        git("tag", "t");
        return null;
      },
    };
    const tools = [kit.wrap(other), spoil()];
    const result = await execute(
      repository,
      [
        ["script", {}],
        ["spoil", {}],
      ],
      tools,
    );
    expect(result).toMatchObject({ status: "rolled_back", external_effects: "none" });
    expect(repository.snapshot()).toEqual(before);

    const image = await repository.call("git_image", {});
    git("add", "-f", "x.log");
    writeFileSync(join(repository.folder, "strange"), "");
    expect(await repository.call("git_restore", { image })).toEqual({ restored: true, left: ["strange", "x.log"] });
    expect(repository.read("x.log")).toBe("ignored\n");
  });
});

describe("git_push", () => {
  it("[UG-15] is irreversible, goes last, takes all refs or none, and only to a remote that is configured", async () => {
    const repository = worked(folderFor());
    const bare = repositoryIn(folderFor(), "--bare");
    repository.git("remote", "add", "origin", bare.folder);
    expect(IRREVERSIBLE_GIT_TOOLS).toEqual(["git_push"]);
    const push = ["git_push", { remote: "origin", refs: ["main", "other"] }] as const;
    expect(await execute(repository, [push, ["spoil", {}]], [spoil()])).toMatchObject({ status: "rolled_back" });
    const done = await repository.call(...push);
    expect(bare.git("for-each-ref", "--format=%(refname)")).toBe("refs/heads/main\nrefs/heads/other\n");
    expect(done).toMatchObject({ remote: "origin" });

    bare.git("update-ref", "refs/heads/other", "refs/heads/main");
    await repository.call("git_commit", { message: "more", all: true });
    const before = bare.snapshot();
    await expect(repository.call(...push)).rejects.toMatchObject({
      class: "denied",
      message: expect.stringMatching(/rejected/) as unknown,
    });
    expect(bare.snapshot()).toEqual(before);
    const elsewhere = { remote: "ext::sh -c 'touch /tmp/x'", refs: ["main"] };
    await expect(repository.call("git_push", elsewhere)).rejects.toMatchObject({ class: "not_found" });
    const nothing = { remote: "origin", refs: ["nowhere"] };
    await expect(repository.call("git_push", nothing)).rejects.toMatchObject({ class: "not_found" });
  });

  it("[UG-5] its probe knows when it has happened, and otherwise says nothing", async () => {
    const repository = worked(folderFor());
    const bare = repositoryIn(folderFor(), "--bare");
    repository.git("remote", "add", "origin", bare.folder);
    const parameters = { remote: "origin", refs: ["main"] };
    const probe = async (): Promise<unknown> =>
      repository.kit.tools
        .find(({ schema }) => schema.name === "git_push")
        ?.probe?.(parameters, { idempotencyKey: "k", signal: new AbortController().signal } as never);
    expect(await probe()).toBeUndefined();
    const output = await repository.call("git_push", parameters);
    expect(await probe()).toEqual({ happened: true, output });
  });
});

describe("what only reads", () => {
  it("[UG-16] tells status, history and differences, and changes nothing", async () => {
    const repository = worked(folderFor());
    const before = repository.snapshot();
    expect(await repository.call("git_status", {})).toMatchObject({
      branch: "main",
      clean: false,
      entries: [
        { path: "c.txt", staged: "A", unstaged: "M" },
        { path: "new file.txt", staged: "?", unstaged: "?" },
      ],
    });
    expect(await repository.call("git_log", { max_count: 1 })).toMatchObject({ commits: [{ message: "two" }] });
    expect(await repository.call("git_log", { ref: "other", paths: ["d/b.txt"] })).toMatchObject({
      commits: [{ message: "other", author: "Ada" }, { message: "one" }],
    });
    expect(await repository.call("git_diff", {})).toMatchObject({
      patch: expect.stringMatching(/\+staged and changed/) as unknown,
      truncated: false,
    });
    expect(await repository.call("git_diff", { staged: true })).toMatchObject({
      patch: expect.stringMatching(/\+staged\n/) as unknown,
    });
    expect(await repository.call("git_diff", { from: "main", to: "other", paths: ["run.sh"] })).toMatchObject({
      patch: expect.stringMatching(/deleted file/) as unknown,
    });
    await expect(repository.call("git_diff", { to: "main" })).rejects.toMatchObject({ class: "invalid" });
    expect(repository.snapshot()).toEqual(before);
  });
});

describe("an option", () => {
  it("[UG-17] that nobody reads, or that is missing, is refused", () => {
    expect(() => undoGit({ repository: "/r", gti: "x" } as never)).toThrow(/no option `gti`; did you mean `git`/);
    expect(() => undoGit({} as never)).toThrow(/`repository`/);
    expect(() => undoGit(undefined as never)).toThrow(/`repository`/);
    expect(() => undoGit({ repository: "/r", timeoutMs: "1" } as never)).toThrow(/`timeoutMs`/);
  });
});
