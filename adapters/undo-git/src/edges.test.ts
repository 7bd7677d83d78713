import { chmodSync, existsSync, mkdirSync, mkdtempSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import {
  cleanUp,
  contextOf,
  emptyHome,
  repositoryIn,
  type TestRepository,
  toolNamed,
  worked,
} from "./testing/repositories.js";
import { undoGit } from "./undo-git.js";

const root = mkdtempSync(join(tmpdir(), "car-undo-git-edges-"));
const home = emptyHome();
let count = 0;
const folderFor = (): string => join(root, String(++count));
const fresh = (): TestRepository => worked(folderFor());
afterAll(() => [root, home].forEach(cleanUp));

/** Runs a hook's text before what it is named after. */
function hook({ folder }: TestRepository, name: string, text: string): void {
  const file = join(folder, ".git/hooks", name);
  mkdirSync(join(folder, ".git/hooks"), { recursive: true });
  writeFileSync(file, `#!/bin/sh\n${text}\n`);
  chmodSync(file, 0o755);
}

/** A call that is refused, and has done nothing. */
async function refused(
  repository: TestRepository,
  call: readonly [string, Readonly<Record<string, unknown>>],
  expected: { readonly class: string; readonly message: RegExp },
): Promise<void> {
  const before = repository.snapshot();
  await expect(repository.call(call[0], call[1] as never)).rejects.toMatchObject({
    code: "CAR_TOOL_FAILED",
    class: expected.class,
    message: expect.stringMatching(expected.message) as unknown,
  });
  expect(repository.snapshot()).toEqual(before);
}

/** Calls, undoes, and holds what is there against what was. */
async function undone(
  repository: TestRepository,
  tool: string,
  parameters: Readonly<Record<string, unknown>>,
  between: () => void = () => undefined,
): Promise<void> {
  const before = repository.snapshot();
  const image = await repository.call("git_image", {});
  await repository.call(tool, parameters as never);
  between();
  expect(await repository.call("git_restore", { image })).toEqual({ restored: true });
  expect(repository.snapshot()).toEqual(before);
}

describe("a repository in the middle of something", () => {
  const middle: readonly (readonly [string, (repository: TestRepository) => void])[] = [
    [
      "merge",
      ({ git, write }) => (
        git("reset", "-q", "--hard"),
        write("d/b.txt", "mine\n"),
        git("commit", "-qam", "m"),
        tolerant(() => git("merge", "other"))
      ),
    ],
    [
      "rebase",
      ({ git, write }) => (
        git("reset", "-q", "--hard"),
        write("d/b.txt", "mine\n"),
        git("commit", "-qam", "m"),
        tolerant(() => git("rebase", "other"))
      ),
    ],
    [
      "cherry-pick",
      ({ git, write }) => (
        git("reset", "-q", "--hard"),
        write("d/b.txt", "mine\n"),
        git("commit", "-qam", "m"),
        tolerant(() => git("cherry-pick", "other"))
      ),
    ],
    ["bisection", ({ git }) => git("bisect", "start")],
  ];
  it.each(middle)("[UG-3] %s: every call that changes is refused, with what to do", async (name, begin) => {
    const repository = fresh();
    begin(repository);
    const expected = { class: "denied", message: new RegExp(`middle of a ${name}.*git `) };
    await refused(repository, ["git_commit", { message: "m", all: true }], expected);
    await refused(repository, ["git_checkout", { ref: "other" }], expected);
    await refused(repository, ["git_stash", { include_untracked: false }], expected);
    const image = await repository.call("git_image", {});
    await refused(repository, ["git_restore", { image }], { class: "denied", message: /middle of/ });
    const wrapped = repository.kit.wrap({ schema: { name: "t" }, execute: () => null });
    await expect(wrapped.execute?.({}, contextOf())).rejects.toMatchObject({ class: "denied" });
  });

  it("[UG-3] with a lock of the index is refused for now, and the lock stays", async () => {
    const repository = fresh();
    writeFileSync(join(repository.folder, ".git/index.lock"), "");
    const expected = { class: "transient", message: /index\.lock/ };
    await refused(repository, ["git_commit", { message: "m" }], expected);
    await refused(repository, ["git_checkout", { ref: "other" }], expected);
    unlinkSync(join(repository.folder, ".git/index.lock"));
    await undone(repository, "git_commit", { message: "m" });
  });
});

describe("a folder", () => {
  it("[UG-4] that is no repository, or only a part of one, is refused", async () => {
    const { folder } = fresh();
    const plain = folderFor();
    mkdirSync(plain);
    for (const repository of [join(folder, "d"), plain, join(root, "nowhere")]) {
      const tool = toolNamed(undoGit({ repository }), "git_status");
      await expect(tool.execute?.({}, contextOf())).rejects.toMatchObject({ class: "not_found" });
    }
  });

  it("[UG-4] whatever the host's environment says, only the repository is touched", async () => {
    const [repository, other] = [fresh(), fresh()];
    const before = other.snapshot();
    process.env["GIT_DIR"] = join(other.folder, ".git");
    process.env["GIT_INDEX_FILE"] = join(other.folder, ".git/index");
    try {
      await repository.call("git_commit", { message: "mine", all: true });
    } finally {
      delete process.env["GIT_DIR"];
      delete process.env["GIT_INDEX_FILE"];
    }
    expect(other.snapshot()).toEqual(before);
    expect(repository.git("log", "-1", "--format=%s%n%an")).toBe("mine\nAda\n");
  });

  it("[UG-4] an environment of the host's own is git's and its hooks', in the place of the process's", async () => {
    const repository = fresh();
    const { folder, git, read } = repository;
    hook(repository, "pre-commit", 'echo "$HOME $UNWANTED $WANTED" > seen');
    const who = { GIT_AUTHOR_NAME: "Grace", GIT_COMMITTER_NAME: "Grace", EMAIL: "grace@example.com" };
    const env = { PATH: process.env["PATH"] ?? "", HOME: "/other", WANTED: "yes", ...who };
    process.env["UNWANTED"] = "no";
    const commit = toolNamed(undoGit({ repository: folder, env }), "git_commit");
    await commit.execute?.({ message: "mine", all: true }, contextOf());
    delete process.env["UNWANTED"];
    expect(read("seen")).toBe("/other  yes\n");
    expect(git("log", "-1", "--format=%an")).toBe("Grace\n");
  });

  it("[UG-4] a program that is not there is said", async () => {
    const kit = undoGit({ repository: fresh().folder, git: "/no/git" });
    await expect(kit.image.execute?.({}, contextOf())).rejects.toMatchObject({ class: "invalid" });
  });

  it("[UG-4] bare: branches and tags, but nothing with files", async () => {
    const source = fresh();
    const bare = repositoryIn(folderFor(), "--bare");
    source.git("push", "-q", bare.folder, "main", "other");
    await undone(bare, "git_branch", { name: "x", at: "other" });
    await undone(bare, "git_delete_branch", { name: "other" });
    await refused(bare, ["git_commit", { message: "m" }], { class: "invalid", message: /bare/ });
    await refused(bare, ["git_checkout", { ref: "other" }], { class: "invalid", message: /bare/ });
  });

  it("[UG-4] a linked working tree has its own HEAD and index, and a branch is not checked out twice", async () => {
    const repository = fresh();
    const place = folderFor();
    repository.git("worktree", "add", "-q", place, "other");
    await refused(repository, ["git_checkout", { ref: "other" }], { class: "denied", message: /checked out in/ });
    await refused(repository, ["git_delete_branch", { name: "other" }], { class: "denied", message: /checked out in/ });
    const before = repository.snapshot();
    const linked = undoGit({ repository: place, identity: { name: "A", email: "a@b.c" } });
    const run = async (tool: string, parameters: object): Promise<unknown> =>
      toolNamed(linked, tool).execute?.(parameters as never, contextOf());
    writeFileSync(join(place, "z.txt"), "z");
    const image = await run("git_image", {});
    await run("git_commit", { message: "z", all: true });
    await run("git_checkout", { ref: "main~1" });
    await run("git_restore", { image });
    expect(await run("git_image", {})).toEqual(image);
    expect(repository.snapshot()).toEqual(before);
  });
});

describe("HEAD", () => {
  it("[UG-6] the first commit is undone to a branch that is not born", async () => {
    const repository = repositoryIn(folderFor());
    await refused(repository, ["git_commit", { message: "m" }], { class: "invalid", message: /nothing to commit/ });
    await refused(repository, ["git_stash", { include_untracked: true }], { class: "invalid", message: /no commit/ });
    await refused(repository, ["git_branch", { name: "x" }], { class: "not_found", message: /no commit yet/ });
    repository.write("a.txt", "a");
    await undone(repository, "git_commit", { message: "first", all: true });
    expect(existsSync(join(repository.folder, ".git/index"))).toBe(false);
    await undone(repository, "git_checkout", { ref: "topic", create: true });
    await repository.call("git_commit", { message: "first", all: true });
    expect(repository.git("log", "--format=%s")).toBe("first\n");
  });

  it("[UG-6] detached: a commit moves HEAD alone, and is undone", async () => {
    const repository = fresh();
    await repository.call("git_checkout", { ref: "main" });
    repository.git("checkout", "-q", "--detach");
    await undone(repository, "git_commit", { message: "m", all: true });
    await undone(repository, "git_checkout", { ref: "main" });
    expect(repository.git("reflog", "-1", "--format=%gs")).toBe("car: undo\n");
  });
});

describe("what git does not do", () => {
  it.each(["a b", "-x", "a..b", "x.lock", "a~1", "HEAD", "/a", "a/", "a//b", "@{x", ".a"])(
    "[UG-7] a ref is not called %j",
    async (name) => {
      const repository = fresh();
      const expected = { class: "invalid", message: /no name for a ref/ };
      await refused(repository, ["git_branch", { name }], expected);
      await refused(repository, ["git_tag", { name }], expected);
      await refused(repository, ["git_checkout", { ref: name, create: true }], expected);
    },
  );

  it("[UG-7] what is there, is not there, or does not fit is refused", async () => {
    const repository = fresh();
    await refused(repository, ["git_branch", { name: "other" }], { class: "invalid", message: /there already/ });
    await refused(repository, ["git_branch", { name: "other/x" }], {
      class: "denied",
      message: /cannot lock ref|other/,
    });
    await refused(repository, ["git_checkout", { ref: "nowhere" }], { class: "not_found", message: /nowhere/ });
    await refused(repository, ["git_checkout", { ref: "--help" }], { class: "not_found", message: /--help/ });
    await refused(repository, ["git_delete_branch", { name: "main" }], { class: "denied", message: /checked out/ });
    await refused(repository, ["git_commit", { message: "m", paths: ["no"] }], {
      class: "invalid",
      message: /did not match/,
    });
    await refused(repository, ["git_commit", { message: "m", paths: ["../x"] }], {
      class: "invalid",
      message: /outside/,
    });
    await refused(repository, ["git_commit", { message: "m", paths: ["x.log"] }], {
      class: "invalid",
      message: /ignored/,
    });
    await refused(repository, ["git_commit", { message: " \n" }], { class: "invalid", message: /message is empty/ });
    repository.git("stash", "-q", "-u");
    await refused(repository, ["git_commit", { message: "m", all: true }], {
      class: "invalid",
      message: /nothing to commit/,
    });
    await refused(repository, ["git_stash", { include_untracked: true }], {
      class: "invalid",
      message: /nothing to put/,
    });
  });

  it("[UG-8] changes that are not committed, and files that git does not know, are not overwritten", async () => {
    const repository = fresh();
    repository.write("d/b.txt", "mine\n");
    await refused(repository, ["git_checkout", { ref: "other" }], { class: "denied", message: /d\/b\.txt/ });
    repository.git("checkout", "-q", "d/b.txt");
    repository.write("e/f/only-other.txt", "untracked\n");
    await refused(repository, ["git_checkout", { ref: "other" }], { class: "denied", message: /only-other/ });
    writeFileSync(join(repository.folder, ".git/info/exclude"), "e\n");
    await refused(repository, ["git_checkout", { ref: "other" }], { class: "denied", message: /only-other/ });
    repository.git("rm", "-q", "--cached", "a.txt");
    await refused(repository, ["git_stash", { include_untracked: false }], { class: "denied", message: /a\.txt/ });
    await undone(repository, "git_stash", { include_untracked: true });
  });

  it("[UG-9] a hook that refuses ends the call, and nothing is done", async () => {
    for (const name of ["pre-commit", "commit-msg", "prepare-commit-msg", "reference-transaction"]) {
      const repository = fresh();
      hook(repository, name, "echo not today; exit 1");
      await refused(repository, ["git_commit", { message: "m", all: true }], { class: "denied", message: /hook/ });
    }
  });

  it("[UG-9] a hook may change what is committed", async () => {
    const repository = fresh();
    hook(repository, "pre-commit", "git ls-files '*.txt' >by-hook.txt; git add by-hook.txt");
    hook(repository, "commit-msg", 'echo "by hook" >>"$1"');
    hook(repository, "post-commit", "exit 1");
    await repository.call("git_commit", { message: "m" });
    expect(repository.git("show", "--format=%B", "--name-only", "HEAD")).toBe("m\nby hook\n\n\nby-hook.txt\nc.txt\n");
  });
});

describe("what is kept", () => {
  it("[UG-2] is exact: modes, links, bytes, names, folders in the place of files", async () => {
    const repository = fresh();
    const { folder, write } = repository;
    chmodSync(join(folder, "a.txt"), 0o755);
    // Its folder stays, empty.
    unlinkSync(join(folder, "d/b.txt"));
    unlinkSync(join(folder, "run.sh"));
    symlinkSync("../nowhere", join(folder, "run.sh"));
    unlinkSync(join(folder, ".gitignore"));
    mkdirSync(join(folder, ".gitignore"));
    write(".gitignore/inside", "x");
    write('odd "name"\n é\t.txt', "odd\0\xff");
    write("bytes.bin", "\r\n\r\n\0");
    chmodSync(join(folder, "bytes.bin"), 0o640);
    await undone(repository, "git_stash", { include_untracked: true });
    await undone(repository, "git_commit", { message: "all", all: true });
  });

  it("[UG-2] is exact with an index of another kind", async () => {
    for (const kind of [
      ["update-index", "--index-version", "4"],
      ["update-index", "--assume-unchanged", "a.txt"],
      ["add", "-N", "new file.txt"],
    ]) {
      const repository = fresh();
      repository.git(...kind);
      await undone(repository, "git_commit", { message: "m" });
      await undone(repository, "git_commit", { message: "m", paths: ["new file.txt"] });
    }
    const repository = fresh();
    repository.git("update-index", "--split-index");
    await expect(repository.call("git_image", {})).rejects.toMatchObject({ message: /--no-split-index/ });
  });

  it("[UG-2] is exact with ids of 32 bytes", async () => {
    const repository = repositoryIn(folderFor(), "--object-format=sha256");
    repository.write("a.txt", "a");
    await undone(repository, "git_commit", { message: "first", all: true });
    await repository.call("git_commit", { message: "first", all: true });
    repository.write("a.txt", "b");
    await undone(repository, "git_stash", { include_untracked: false });
    await undone(repository, "git_commit", { message: "m", all: true });
  });

  it("[UG-2] goes through git's filters and back", async () => {
    const repository = fresh();
    repository.git("config", "filter.up.clean", "tr A-Z a-z");
    repository.git("config", "filter.up.smudge", "tr a-z A-Z");
    repository.git("stash", "-q", "-u");
    repository.write(".gitattributes", "up.txt filter=up\ncrlf.txt text eol=crlf\n");
    repository.write("up.txt", "LOUD\n");
    repository.write("crlf.txt", "one\r\ntwo\r\n");
    await repository.call("git_commit", { message: "filters", all: true });
    await undone(repository, "git_checkout", { ref: "other" });
    await undone(repository, "git_checkout", { ref: "HEAD~1" });
    repository.write("up.txt", "LOUDER\n");
    await undone(repository, "git_stash", { include_untracked: false });
  });

  it("[UG-2] that the list of stashes is as it was", async () => {
    const repository = fresh();
    repository.git("stash", "push", "-q", "-m", "older", "a.txt", "c.txt");
    repository.write("a.txt", "again\n");
    await undone(repository, "git_stash", { include_untracked: true });
    await repository.call("git_stash", { include_untracked: true, message: "newer" });
    expect(repository.git("stash", "list")).toBe("stash@{0}: On main: newer\nstash@{1}: On main: older\n");
    repository.git("stash", "pop", "-q", "--index");
    expect(repository.read("a.txt")).toBe("again\n");
    expect(repository.read("new file.txt")).toBe("untracked\n");
  });

  it("[UG-2] leaves submodules alone", async () => {
    const [repository, inner] = [fresh(), fresh()];
    for (const { git } of [repository, inner]) git("stash", "-q", "-u");
    repository.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", inner.folder, "sub");
    repository.git("commit", "-qm", "sub");
    repository.git("-C", "sub", "checkout", "-q", "other");
    repository.write(".gitignore", "*.log\n#\n");
    await undone(repository, "git_checkout", { ref: "other" });
    await undone(repository, "git_stash", { include_untracked: true });
    await undone(repository, "git_commit", { message: "moved", all: true });
  });

  it("[UG-10] that is gone is said before anything is done", async () => {
    const repository = fresh();
    const image = await repository.call("git_image", {});
    await repository.call("git_stash", { include_untracked: true });
    repository.git("reflog", "expire", "--expire=now", "--all");
    repository.git("gc", "-q", "--prune=now");
    await refused(repository, ["git_restore", { image }], { class: "not_found", message: /gc\.pruneExpire/ });
  });
});

function tolerant(work: () => unknown): void {
  try {
    work();
  } catch {
    // Git ends with 1 when it stops in the middle.
  }
}
