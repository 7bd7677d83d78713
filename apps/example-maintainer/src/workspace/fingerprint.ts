import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join, sep } from "node:path";
import type { Workspace } from "./create-workspace.js";

/** What can be told about a repository from outside. Two equal ones: nothing that anybody could push or read changed. */
export interface Fingerprint {
  /** SHA-256 over the path and content of every file outside `.git`. */
  readonly files: string;
  /** `git status --porcelain`; empty when the working tree is clean. */
  readonly status: string;
  readonly head: string;
  readonly tags: string;
  /** Every branch and tag of the remote with the commit it names. */
  readonly remote: string;
}

/** Looks at the clone and its remote with git and the file system, not with the agent's tools. */
export async function fingerprintOf({ clone, git, remoteGit }: Workspace): Promise<Fingerprint> {
  const [files, status, head, tags, remote] = await Promise.all([
    hashOfTree(clone),
    git(["status", "--porcelain=v1", "--untracked-files=all"]),
    git(["rev-parse", "HEAD"]),
    git(["tag", "--list"]),
    remoteGit(["for-each-ref", "--format=%(refname) %(objectname)"]),
  ]);
  return { files, status, head, tags, remote };
}

/** True when nothing at all differs. */
export function sameFingerprint(a: Fingerprint, b: Fingerprint): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

async function hashOfTree(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const hash = createHash("sha256");
  for (const file of files.filter((path) => !path.startsWith(join(folder, ".git") + sep)).sort()) {
    hash.update(JSON.stringify([file.slice(folder.length), await readFile(file, "base64")]));
  }
  return hash.digest("hex");
}
