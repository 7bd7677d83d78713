import { readFile, realpath, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ToolError } from "@car/ir";
import { type Git, gitEnvironment, gitIn } from "./git.js";
import { codeOf, exists } from "./worktree.js";

/** One repository, with the places that this package touches. */
export interface Repository {
  readonly git: Git;
  /** `undefined` for a bare one. */
  readonly worktree: string | undefined;
  /** Of this working tree: HEAD, index, and the folder of calls under way are here. */
  readonly gitDir: string;
  /** Shared by all working trees: refs are here. */
  readonly commonDir: string;
  readonly hash: "sha1" | "sha256";
}

/** What HEAD is: the text of its file, and where that leads. */
export interface Head {
  /** `ref: refs/heads/main`, or a commit. */
  readonly text: string;
  /** Full name of the branch; `undefined` when detached. */
  readonly branch: string | undefined;
  /** `null` on a branch without a commit. */
  readonly commit: string | null;
}

export interface OpenOptions {
  readonly repository: string;
  readonly program: string;
  readonly timeoutMs: number;
  /** In the place of this process's. */
  readonly env: Readonly<Record<string, string>> | undefined;
  /** Author and committer, as git's variables. */
  readonly identity: Readonly<Record<string, string>>;
}

const PATHS = ["--git-dir", "--git-common-dir", "--show-object-format", "--is-bare-repository"] as const;

/** @throws `ToolError` when the folder is no repository, or one that is kept in a way that is not known here. */
export async function openRepository(options: OpenOptions): Promise<Repository> {
  const folder = await realpath(options.repository).catch((error: unknown) => {
    throw new ToolError(`\`${options.repository}\` is no repository: ${codeOf(error)}`, {
      class: "not_found",
      cause: error,
    });
  });
  const env = { ...gitEnvironment(options.env, dirname(folder)), ...options.identity };
  const git = gitIn({ program: options.program, folder, env, timeoutMs: options.timeoutMs });
  const said = await git.run(["rev-parse", "--path-format=absolute", ...PATHS], { failure: "not_found" });
  const [gitDir = "", commonDir = "", hash = "", bare] = said.split("\n");
  if ((await setting(git, "extensions.refstorage")) === "reftable") {
    throw new ToolError("refs kept as `reftable` are not supported; `files` are", { class: "invalid" });
  }
  const worktree = bare === "true" ? undefined : folder;
  if (worktree !== undefined && (await stat(worktree)).dev !== (await stat(gitDir)).dev) {
    throw new ToolError(`\`${gitDir}\` is on another file system than \`${worktree}\``, { class: "invalid" });
  }
  return { git, worktree, gitDir, commonDir, hash: hash === "sha256" ? "sha256" : "sha1" };
}

/** One value of git's configuration. */
export async function setting(git: Git, name: string): Promise<string | undefined> {
  const { code, stdout } = await git.attempt(["config", "--get", name]);
  return code === 0 ? stdout.toString("utf8").trim() : undefined;
}

export function worktreeOf({ worktree, gitDir }: Repository): string {
  if (worktree !== undefined) return worktree;
  throw new ToolError(`\`${gitDir}\` is a bare repository: it has no working tree and no index`, { class: "invalid" });
}

export async function readHead(repository: Repository): Promise<Head> {
  const text = (await readFile(join(repository.gitDir, "HEAD"), "utf8")).trim();
  const branch = text.startsWith("ref: ") ? text.slice("ref: ".length).trim() : undefined;
  return { text, branch, commit: branch === undefined ? text : await commitAt(repository, branch) };
}

/** The commit that a name leads to, or `null`. */
export async function commitAt({ git }: Repository, name: string): Promise<string | null> {
  const args = ["rev-parse", "--verify", "--quiet", "--end-of-options", `${name}^{commit}`];
  const { code, stdout } = await git.attempt(args);
  return code === 0 ? stdout.toString("utf8").trim() : null;
}

/** Files that git keeps while it is in the middle of something, what that is called, and the way out. */
const STATES: readonly (readonly [file: string, name: string, leave: string])[] = [
  ["rebase-merge", "a rebase", "git rebase --continue or --abort"],
  ["rebase-apply", "a rebase or `git am`", "git rebase --abort or git am --abort"],
  ["MERGE_HEAD", "a merge", "git merge --continue or --abort"],
  ["CHERRY_PICK_HEAD", "a cherry-pick", "git cherry-pick --continue or --abort"],
  ["REVERT_HEAD", "a revert", "git revert --continue or --abort"],
  ["sequencer", "a sequence of picks", "git cherry-pick --abort or git revert --abort"],
  ["BISECT_LOG", "a bisection", "git bisect reset"],
];

/** The name of what the repository is in the middle of. */
export async function stateOf({ gitDir }: Repository): Promise<string | null> {
  for (const [file, name] of STATES) if (await exists(join(gitDir, file))) return name;
  return null;
}

/** @throws `ToolError` `denied` when the repository is in the middle of something; nothing is done. */
export async function requireNoState(repository: Repository): Promise<void> {
  const state = await stateOf(repository);
  if (state === null) return;
  const leave = STATES.find(([, name]) => name === state)?.[2] ?? "";
  throw new ToolError(`the repository is in the middle of ${state}; end it first: ${leave}`, { class: "denied" });
}
