import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { JsonObject } from "@car/ir";
import { differingFiles, keepBytes, keepFiles, type KeptFile } from "./files.js";
import { readPlainIndex } from "./index-file.js";
import { isRefName, readRefs } from "./refs.js";
import { readHead, type Repository, stateOf } from "./repository.js";

/** What a reading is to hold. Everything that is left out is read. */
export interface ImageScope {
  /** Full names, and `HEAD`, which stands for itself and for its branch. Default: HEAD, all branches and tags, and the stash. */
  readonly refs?: readonly string[];
  readonly index?: boolean;
  /** Files of the working tree that differ from the index. */
  readonly files?: boolean;
  /** With `files`: also those that git does not track. */
  readonly untracked?: boolean;
}

/** A repository at one moment. Contents are ids of objects in its own store. */
export interface GitImage extends JsonObject {
  readonly format: 1;
  /** What the repository is in the middle of. */
  readonly state: string | null;
  /** True when `refs` are all there are. */
  readonly all_refs: boolean;
  /** `ref: refs/heads/main`, or a commit. Absent when it was not asked for, as are the others. */
  readonly head?: string;
  readonly refs: Readonly<Record<string, string | null>>;
  /** The lines of the stash's reflog, oldest first: they are the list of stashes. */
  readonly stash?: readonly string[];
  /** `null`: there is no index. */
  readonly index?: string | null;
  readonly files?: Readonly<Record<string, KeptFile>>;
  readonly untracked?: boolean;
}

const STASH = "refs/stash";

/** Reads, and writes nothing but objects that no ref leads to: git removes them when they are old. */
export async function readImage(repository: Repository, scope: ImageScope): Promise<GitImage> {
  const all = scope.refs === undefined;
  const withHead = all || scope.refs.includes("HEAD");
  const head = withHead ? await readHead(repository) : undefined;
  // What can be no ref is none: a call may be given a commit where it may be given a branch.
  const named = scope.refs?.filter(isRefName) ?? [];
  const branch = head?.branch === undefined ? [] : [head.branch];
  const refs = await readRefs(repository, all ? "all" : [...new Set([...named, ...branch])]);
  const hasWorktree = repository.worktree !== undefined;
  return {
    format: 1,
    state: await stateOf(repository),
    all_refs: all,
    ...(head === undefined ? {} : { head: head.text }),
    refs,
    ...(all || named.includes(STASH) ? { stash: await stashLines(repository) } : {}),
    ...(hasWorktree && scope.index !== false ? { index: await keptIndex(repository) } : {}),
    ...(hasWorktree && scope.files !== false ? await keptFiles(repository, scope.untracked !== false) : {}),
  };
}

export function stashLog({ commonDir }: Repository): string {
  return join(commonDir, "logs", STASH);
}

async function stashLines(repository: Repository): Promise<readonly string[]> {
  const text = await readFile(stashLog(repository), "utf8").catch(() => "");
  return text.split("\n").filter((line) => line !== "");
}

async function keptIndex(repository: Repository): Promise<string | null> {
  const plain = await readPlainIndex(repository);
  return plain === undefined ? null : keepBytes(repository, plain);
}

async function keptFiles(repository: Repository, untracked: boolean): Promise<Pick<GitImage, "files" | "untracked">> {
  const paths = await differingFiles(repository, untracked ? "all" : "none");
  return { files: await keepFiles(repository, paths), untracked };
}
