import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { undoGit } from "@car/undo-git";
import type { Dice } from "../crash/dice.js";
import { linesOf } from "./world-fs.js";
import type { World, WorldCall } from "./world.js";

const NAMES = ["main", "other", "topic", "x/y", "v1"];
const PATHS = ["a.txt", "d", "untracked.txt"];
const IDENTITY = { name: "Ada", email: "ada@example.com" };
/** No configuration of this machine has a say. */
const ENV = { PATH: process.env["PATH"], HOME: "/nonexistent", GIT_CONFIG_NOSYSTEM: "1", GIT_OPTIONAL_LOCKS: "0" };

/** A git repository with two branches, and changes that are staged, not staged, and not tracked. */
export const gitWorld: World = {
  name: "git",
  // A commit's id depends on its time.
  isRepeatable: false,
  create: (folder) => {
    const root = join(folder, "root");
    mkdirSync(root, { recursive: true });
    git(root, "init", "-q", "-b", "main");
    write(root, { "a.txt": "a1\n", "d/b.txt": "b1\n", "run.sh": "#!/bin/sh\n", ".gitignore": "*.log\n" });
    chmodSync(join(root, "run.sh"), 0o755);
    commit(root, "one");
    git(root, "checkout", "-q", "-b", "other");
    for (let count = 0; count < 20; count++) write(root, { [`many/${count}.txt`]: `${count}\n` });
    write(root, { "d/b.txt": "b2\n" });
    git(root, "rm", "-q", "run.sh");
    commit(root, "two");
    git(root, "checkout", "-q", "main");
    write(root, { "a.txt": "a2\n" });
    commit(root, "three");
    write(root, { "c.txt": "staged\n" });
    git(root, "add", "c.txt");
    write(root, { "c.txt": "changed\n", "untracked.txt": "u\n", "x.log": "ignored\n" });
  },
  open: (folder) => {
    process.env["HOME"] = ENV.HOME;
    process.env["GIT_CONFIG_NOSYSTEM"] = "1";
    const { tools } = undoGit({ repository: join(folder, "root"), identity: IDENTITY });
    return { tools, close: () => undefined };
  },
  snapshot: (folder) => {
    const root = join(folder, "root");
    const index = git(root, "ls-files", "--stage", "-v");
    const files = linesOf(root, "", ".git");
    const head = readFileSync(join(root, ".git/HEAD"), "utf8");
    return [head, git(root, "for-each-ref"), git(root, "stash", "list", "--format=%H %gs"), index, ...files].join("\n");
  },
  randomCalls: (dice) => Array.from({ length: 1 + dice(5) }, () => randomCall(dice)),
};

function randomCall(dice: Dice): WorldCall {
  const name = pick(dice, NAMES);
  const calls: readonly WorldCall[] = [
    { tool: "git_commit", parameters: { message: `m${dice(1_000)}`, all: dice(2) === 0 } },
    { tool: "git_commit", parameters: { message: "some", paths: [pick(dice, PATHS)] } },
    { tool: "git_branch", parameters: { name } },
    { tool: "git_delete_branch", parameters: { name } },
    { tool: "git_tag", parameters: { name, message: "tagged" } },
    { tool: "git_checkout", parameters: { ref: name } },
    { tool: "git_checkout", parameters: { ref: name } },
    { tool: "git_checkout", parameters: { ref: `n${dice(1_000)}`, create: true } },
    { tool: "git_stash", parameters: { include_untracked: dice(2) === 0 } },
  ];
  return pick(dice, calls);
}

function pick<T>(dice: Dice, list: readonly T[]): T {
  return list[dice(list.length)]!;
}

function write(root: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

function commit(root: string, message: string): void {
  git(root, "add", "--all");
  git(root, "-c", `user.name=${IDENTITY.name}`, "-c", `user.email=${IDENTITY.email}`, "commit", "-qm", message);
}

function git(root: string, ...args: readonly string[]): string {
  return execFileSync("git", args, { cwd: root, env: ENV, encoding: "utf8" });
}
