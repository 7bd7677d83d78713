import { link, mkdir, readdir, readFile, rename, rm, rmdir, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ToolError } from "@car/ir";
import type { GitImage } from "./image.js";
import type { Repository } from "./repository.js";
import { codeOf, exists, removeTree } from "./worktree.js";

// A call that takes more than one step prepares everything in a folder of its own inside `.git`, writes its plan there, acts,
// and removes the plan.
// INVARIANT: while there is no plan nothing has been done. While there is one, whoever comes next makes the repository what the plan's image
// says: so a call that was cut short anywhere has either happened or not.

/** The folder of one call. */
export interface Pending {
  readonly folder: string;
  /** The index as it will be. */
  readonly index: string;
  /** Finished files, under their paths. */
  readonly files: string;
}

/** How to take a call back, or to go on with a restore. */
export interface Plan {
  readonly image: GitImage;
  /** Files that may be there afterwards and were not there before. */
  readonly created: readonly string[];
  /** What the call makes of refs and of HEAD. Where something else is found, somebody else has been there. */
  readonly to: Readonly<Record<string, string>>;
}

/** Acts: `first` may still refuse with `NothingDone`, `rest` may not. */
export type Act = <A>(plan: Plan, first: () => Promise<A>, rest: (done: A) => Promise<void>) => Promise<void>;

const ROOT = "car-undo";
const LOCK_MARK = "car-undo";
/** Folders of calls that this process makes now, whichever kit they are of. */
const LIVE = new Set<string>();

/**
 * Prepares, then acts.
 * @throws `CutShort` when `rest` failed: the plan is there. In every other case nothing was done, and nothing is left.
 */
export async function withPending<T>(
  repository: Repository,
  key: string,
  work: (pending: Pending, act: Act) => Promise<T>,
): Promise<T> {
  const pending = await openPending(repository, key);
  LIVE.add(pending.folder);
  let isLeft = false;
  const act: Act = async (plan, first, rest) => {
    await writePlan(pending, plan);
    isLeft = true;
    try {
      await rest(await first());
      isLeft = false;
    } catch (error) {
      isLeft = !(error instanceof NothingDone);
      throw isLeft ? new CutShort(error) : error;
    }
  };
  try {
    return await work(pending, act);
  } finally {
    if (!isLeft) await closePending(repository, pending.folder);
    LIVE.delete(pending.folder);
  }
}

/** An act has refused, and so nothing was done; `cause` says why. */
export class NothingDone extends Error {
  constructor(cause: unknown) {
    super("nothing was done", { cause });
  }
}

/** An act failed in its middle; `cause` says why. */
export class CutShort extends Error {
  constructor(cause: unknown) {
    const reason = cause instanceof NothingDone ? cause.cause : cause;
    super(reason instanceof Error ? reason.message : String(reason), { cause: reason });
  }
}

/** Named after the process, so that everybody can see whether it is left. */
async function openPending({ gitDir }: Repository, key: string): Promise<Pending> {
  const folder = join(gitDir, ROOT, `${process.pid}-${key}`);
  await mkdir(join(folder, "files"), { recursive: true });
  return { folder, index: join(folder, "index"), files: join(folder, "files") };
}

async function writePlan({ folder }: Pending, plan: Plan): Promise<void> {
  await writeFile(join(folder, "plan.new"), JSON.stringify(plan));
  await rename(join(folder, "plan.new"), join(folder, "plan"));
}

/** With its plan a call is over, one way or the other. */
export async function closePending({ gitDir }: Repository, folder: string): Promise<void> {
  await rm(join(folder, "plan"), { force: true });
  await removeTree(folder);
  await rmdir(join(gitDir, ROOT)).catch(() => undefined);
}

/**
 * The plans of calls that were cut short. What was only prepared is removed.
 * @throws `ToolError` `transient` when another process makes a call right now.
 */
export async function leftPlans(repository: Repository): Promise<readonly (Plan & { readonly folder: string })[]> {
  const left: (Plan & { readonly folder: string })[] = [];
  const root = join(repository.gitDir, ROOT);
  for (const name of await foldersIn(root)) {
    const folder = join(root, name);
    const pid = Number.parseInt(name, 10);
    const text = await readFile(join(folder, "plan"), "utf8").catch(() => undefined);
    if (!isLive(pid, folder)) {
      if (text === undefined) await closePending(repository, folder);
      else left.push({ ...(JSON.parse(text) as Plan), folder });
    } else if (text !== undefined && pid !== process.pid) {
      const said = `process ${pid} works on the repository (if it does not, remove \`${folder}\`)`;
      throw new ToolError(said, { class: "transient", retryAfterMs: 200 });
    }
  }
  return left;
}

function isLive(pid: number, folder: string): boolean {
  return pid === process.pid ? LIVE.has(folder) : isAlive(pid);
}

/** Takes git's own lock of a file. The holder replaces the file by `rename` and then lets the lock go. */
export async function lockFile(file: string, { folder }: Pick<Pending, "folder">): Promise<() => Promise<void>> {
  const mark = join(folder, "lock");
  // A link to a finished file: there is never a lock of which nobody knows whose it is.
  await writeFile(mark, `${LOCK_MARK} ${process.pid} ${folder}`);
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

/** Removes a lock of this package that nobody holds any more. */
export async function removeStaleLock(file: string): Promise<void> {
  const text = await readFile(`${file}.lock`, "utf8").catch(() => "");
  const [, pid, folder = ""] = /^car-undo (\d+) (.*)$/s.exec(text) ?? [];
  if (pid !== undefined && !isLive(Number(pid), folder)) await rm(`${file}.lock`, { force: true });
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
