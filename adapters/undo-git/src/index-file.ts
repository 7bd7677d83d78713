import { copyFile, readFile, rename, stat, utimes } from "node:fs/promises";
import { join } from "node:path";
import { ToolError } from "@car/ir";
import { lockFile, NothingDone, type Pending } from "./pending.js";
import { plainIndex } from "./plain-index.js";
import type { Repository } from "./repository.js";
import { codeOf } from "./worktree.js";

/** The index without what changes when nothing has changed; `undefined` when there is none. */
export async function readPlainIndex(repository: Repository): Promise<Buffer | undefined> {
  return readPlainIndexOf(repository, join(repository.gitDir, "index"));
}

export async function readPlainIndexOf({ hash }: Repository, file: string): Promise<Buffer | undefined> {
  const bytes = await readIfThere(file);
  return bytes === undefined ? undefined : plainIndex(bytes, hash);
}

/** Copies the index for work on it, and gives what it holds. */
export async function copyIndex(repository: Repository, to: string): Promise<Buffer | undefined> {
  const before = await readPlainIndex(repository);
  if (before !== undefined) await copyIndexFile(join(repository.gitDir, "index"), to);
  return before;
}

/**
 * Copies an index with its time: git looks at a file's content only where the file is not older than the index, so that in
 * a younger copy a change of equal length, made in the same tick as the index, would be overlooked.
 */
export async function copyIndexFile(from: string, to: string): Promise<void> {
  const { mtimeMs } = await stat(from);
  await copyFile(from, to);
  // A whole second, at most the index's own: an older time only makes git look at more.
  const seconds = Math.floor(mtimeMs / 1_000);
  await utimes(to, seconds, seconds);
}

/** The environment in which git works on another index than the repository's. */
export function onIndex(file: string): { readonly env: Readonly<Record<string, string>> } {
  return { env: { GIT_INDEX_FILE: file } };
}

/** The repository's index, held. */
export interface HeldIndex {
  /** Puts the prepared one in its place. */
  readonly install: () => Promise<void>;
  readonly unlock: () => Promise<void>;
}

/**
 * Holds git's lock of the index, and the index against what it was thought to be; then takes the first step.
 * @throws `NothingDone` when it is locked or another one, and what the step throws. The lock is free then.
 */
export async function holdIndex(
  repository: Repository,
  { expected, pending }: { readonly expected: Buffer | undefined; readonly pending: Pending },
  firstStep?: () => Promise<void>,
): Promise<HeldIndex> {
  const file = join(repository.gitDir, "index");
  const unlock = await lockFile(file, pending).catch((error: unknown) => {
    throw new NothingDone(error);
  });
  try {
    if (!areEqual(await readPlainIndex(repository), expected)) {
      throw new NothingDone(new ToolError("the index has been changed meanwhile", { class: "transient" }));
    }
    await firstStep?.();
  } catch (error) {
    await unlock();
    throw error;
  }
  return { install: () => rename(pending.index, file), unlock };
}

export function areEqual(one: Buffer | undefined, other: Buffer | undefined): boolean {
  return one === undefined || other === undefined ? one === other : one.equals(other);
}

/** Entries of an index by path: `mode id`. Conflicted ones have none. */
export async function entriesOf({ git }: Repository, index: string): Promise<ReadonlyMap<string, string>> {
  const text = await git.run(["ls-files", "--stage", "-z"], onIndex(index));
  const entries = new Map<string, string>();
  for (const line of text.split("\0")) {
    const [, mode, id, stage, path] = /^(\d+) ([0-9a-f]+) (\d)\t(.*)$/s.exec(line) ?? [];
    if (path !== undefined && stage === "0") entries.set(path, `${mode} ${id}`);
  }
  return entries;
}

/** A submodule: its folder is its own repository's. */
export function isSubmodule(entry: string | undefined): boolean {
  return entry?.startsWith("160000") === true;
}

export async function refreshIndex({ git }: Repository, index: string): Promise<void> {
  // Its code says whether some file differs from the index, which is nobody's failure.
  await git.attempt(["update-index", "-q", "--refresh", "--ignore-submodules"], onIndex(index));
}

async function readIfThere(file: string): Promise<Buffer | undefined> {
  return readFile(file).catch((error: unknown) => {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  });
}
