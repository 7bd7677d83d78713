import { cp, mkdir, mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cleanEnvironment } from "./clean-environment.js";
import { type Git, gitIn } from "./git.js";

/** A temporary git repository with a project in it, and the bare remote it was cloned from. */
export interface Workspace {
  /** Holds everything else; gone after `remove()`. */
  readonly root: string;
  /** The clone in which the work is done. */
  readonly clone: string;
  /** The bare repository that `origin` names. */
  readonly remote: string;
  readonly env: Readonly<Record<string, string>>;
  /** Git in the clone. */
  readonly git: Git;
  /** Git in the remote. */
  readonly remoteGit: Git;
  remove(): Promise<void>;
}

/** The history the project gets: one commit per entry, with the paths it adds. */
const HISTORY: readonly { readonly message: string; readonly paths: readonly string[] }[] = [
  {
    message: "Read durations",
    paths: ["package.json", "src/errors.js", "src/units.js", "src/parse.js", "test/parse.test.js"],
  },
  { message: "Write durations", paths: ["src/split.js", "src/format.js", "test/format.test.js"] },
  { message: "Release 1.2.0", paths: ["."] },
];

/** Makes a repository of the project in `source`, a bare remote of that, and a clone to work in. */
export async function createWorkspace(source: string): Promise<Workspace> {
  const root = await realpath(await mkdtemp(join(tmpdir(), "car-maintainer-")));
  const remove = (): Promise<void> => rm(root, { recursive: true, force: true, maxRetries: 3 });
  try {
    return { ...(await fill(root, source)), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function fill(root: string, source: string): Promise<Omit<Workspace, "remove">> {
  const [home, seed] = [join(root, "home"), join(root, "seed")];
  const [remote, clone] = [join(root, "remote.git"), join(root, "clone")];
  const env = cleanEnvironment(home);
  await mkdir(home);
  await cp(source, seed, { recursive: true });

  await commitHistory(gitIn(seed, env));
  const git = gitIn(root, env);
  await git(["clone", "--quiet", "--bare", seed, remote]);
  await git(["clone", "--quiet", remote, clone]);
  await setIdentity(gitIn(clone, env));
  await rm(seed, { recursive: true });
  return { root, clone, remote, env, git: gitIn(clone, env), remoteGit: gitIn(remote, env) };
}

async function commitHistory(git: Git): Promise<void> {
  await git(["init", "--quiet", "--initial-branch=main"]);
  await setIdentity(git);
  for (const { message, paths } of HISTORY) {
    await git(["add", "--", ...paths]);
    await git(["commit", "--quiet", "--message", message]);
  }
  await git(["tag", "v1.2.0"]);
}

/** In the repository's own configuration; the user's is never read. */
async function setIdentity(git: Git): Promise<void> {
  const settings = { "user.name": "Maintainer Agent", "user.email": "agent@example.invalid", "core.autocrlf": "false" };
  for (const [name, value] of Object.entries(settings)) await git(["config", name, value]);
}
