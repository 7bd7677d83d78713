import { link, mkdir, readdir, readFile, rename, rm, rmdir, stat, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ToolError } from "@car/ir";
import type { Repository } from "./repository.js";
import { codeOf, exists, removeTree } from "./worktree.js";

// A call that takes more than one step prepares everything in a folder of its own inside `.git`, writes its plan there, acts,
// and removes the folder.
// INVARIANT: while there is no plan nothing has been done; while there is one, nobody but `git_restore` goes on.

/** The folder of one call. */
export interface Pending {
  readonly folder: string;
  /** The index as it will be. */
  readonly index: string;
  /** Finished files, under their paths. */
  readonly files: string;
}

const ROOT = "car-undo";
const LOCK_MARK = "car-undo ";
/** Folders without a plan that are older are what a killed process left. */
const LEFTOVER_MS = 3_600_000;

/** Acts: `first` may still refuse with `NothingDone`, `rest` may not. `created`: files that may be there afterwards and are not there now. */
export type Act = <A>(
  created: readonly string[],
  first: () => Promise<A>,
  rest?: (done: A) => Promise<void>,
) => Promise<A>;

/**
 * Prepares, then acts. While `act` has not been called a failure removes the folder; a failure in it is `terminal` and leaves it, so
 * that the call is known to be unfinished.
 */
export async function withPending<T>(
  repository: Repository,
  key: string,
  work: (pending: Pending, act: Act) => Promise<T>,
): Promise<T> {
  const pending = await openPending(repository, key);
  let acting = false;
  const act: Act = async (created, first, rest) => {
    await writePlan(pending, created);
    acting = true;
    const done = await first().catch((error: unknown) => {
      acting = !(error instanceof NothingDone);
      throw acting ? cutShort(error) : error;
    });
    await rest?.(done).catch((error: unknown) => {
      throw cutShort(error);
    });
    acting = false;
    return done;
  };
  try {
    return await work(pending, act);
  } finally {
    if (!acting) await closePending(repository, pending);
  }
}

/** An act has refused, and so nothing was done; `cause` says why. */
export class NothingDone extends Error {
  constructor(cause: unknown) {
    super("nothing was done", { cause });
  }
}

function cutShort(error: unknown): ToolError {
  const reason = error instanceof NothingDone ? error.cause : error;
  const said = reason instanceof Error ? reason.message : String(reason);
  return new ToolError(`cut short: ${said}`, { class: "terminal", cause: reason });
}

async function openPending({ gitDir }: Repository, key: string): Promise<Pending> {
  const root = join(gitDir, ROOT);
  for (const name of await foldersIn(root)) await removeLeftover(join(root, name), name === key);
  const folder = join(root, key);
  await mkdir(join(folder, "files"), { recursive: true });
  return { folder, index: join(folder, "index"), files: join(folder, "files") };
}

/** What another process prepares right now is young. */
async function removeLeftover(folder: string, own: boolean): Promise<void> {
  if (await exists(join(folder, "plan"))) return;
  if (own || Date.now() - (await stat(folder)).mtimeMs > LEFTOVER_MS) await removeTree(folder);
}

async function writePlan({ folder }: Pending, created: readonly string[]): Promise<void> {
  await writeFile(join(folder, "plan.new"), JSON.stringify(created));
  await rename(join(folder, "plan.new"), join(folder, "plan"));
}

async function closePending({ gitDir }: Repository, { folder }: Pick<Pending, "folder">): Promise<void> {
  // The plan last: without it nobody would know that there is something to remove.
  for (const name of await foldersIn(folder)) if (name !== "plan") await removeTree(join(folder, name));
  await removeTree(folder);
  await rmdir(join(gitDir, ROOT)).catch(() => undefined);
}

/** @throws `ToolError` when a call of this package is under way or was cut short. */
export async function requireNonePending(repository: Repository, key: string): Promise<void> {
  for (const name of await plannedIn(repository)) {
    const text = `\`${join(repository.gitDir, ROOT, name)}\`: a call was cut short, or another process makes it now; undo it with git_restore`;
    throw new ToolError(text, { class: name === key ? "terminal" : "transient" });
  }
}

async function plannedIn({ gitDir }: Repository): Promise<readonly string[]> {
  const names = await foldersIn(join(gitDir, ROOT));
  const planned = await Promise.all(names.map((name) => exists(join(gitDir, ROOT, name, "plan"))));
  return names.filter((_, index) => planned[index]);
}

/** Whether the call of this key has begun to act and has not finished. */
export async function isPending({ gitDir }: Repository, key: string): Promise<boolean> {
  return exists(join(gitDir, ROOT, key, "plan"));
}

/** Files that calls which were cut short may have made. */
export async function plannedFiles(repository: Repository): Promise<readonly string[]> {
  const names = await plannedIn(repository);
  const plans = names.map((name) => readFile(join(repository.gitDir, ROOT, name, "plan"), "utf8"));
  return (await Promise.all(plans)).flatMap((text) => JSON.parse(text) as string[]);
}

/** Removes what calls that were cut short left, once they are undone: as far as what was undone is what they change. */
export async function clearPending(
  repository: Repository,
  undone: { readonly index: boolean; readonly files: boolean },
): Promise<void> {
  if (!undone.index) return;
  for (const name of await plannedIn(repository)) {
    const folder = join(repository.gitDir, ROOT, name);
    const created = JSON.parse(await readFile(join(folder, "plan"), "utf8")) as readonly string[];
    if (undone.files || created.length === 0) await closePending(repository, { folder });
  }
}

/** Takes git's own lock of a file. The holder replaces the file by `rename` and then lets the lock go. */
export async function lockFile(file: string, { folder }: Pick<Pending, "folder">): Promise<() => Promise<void>> {
  const mark = join(folder, "lock");
  // A link to a finished file: there is never a lock of which nobody knows whose it is.
  await writeFile(mark, `${LOCK_MARK}${process.pid}\n`);
  await link(mark, `${file}.lock`).catch((error: unknown) => {
    if (codeOf(error) !== "EEXIST") throw error;
    const text = `\`${file}.lock\` is there: another git program works on the repository, or was cut short`;
    throw new ToolError(text, { class: "transient", retryAfterMs: 200, cause: error });
  });
  return () => unlink(`${file}.lock`);
}

/** @throws `ToolError` `transient` when the file is locked. */
export async function requireUnlocked(file: string): Promise<void> {
  if (!(await exists(`${file}.lock`))) return;
  const text = `\`${file}.lock\` is there: another git program works on the repository; if none does, remove the file`;
  throw new ToolError(text, { class: "transient", retryAfterMs: 200 });
}

/** Removes a lock of this package whose process is no more. */
export async function removeStaleLock(file: string): Promise<void> {
  const text = await readFile(`${file}.lock`, "utf8").catch(() => "");
  if (!text.startsWith(LOCK_MARK)) return;
  const pid = Number(text.slice(LOCK_MARK.length));
  if (pid === process.pid || !isAlive(pid)) await rm(`${file}.lock`, { force: true });
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
}

async function foldersIn(folder: string): Promise<readonly string[]> {
  return readdir(folder).catch((error: unknown) => {
    if (codeOf(error) === "ENOENT") return [];
    throw error;
  });
}
