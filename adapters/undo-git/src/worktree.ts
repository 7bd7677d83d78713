import { lstat, mkdir, rename, rm, rmdir, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ToolError } from "@car/ir";

export async function exists(path: string): Promise<boolean> {
  return (await kindOf(path)) !== "none";
}

export async function kindOf(path: string): Promise<"none" | "folder" | "link" | "file"> {
  try {
    const found = await lstat(path);
    if (found.isDirectory()) return "folder";
    return found.isSymbolicLink() ? "link" : "file";
  } catch (error) {
    const code = codeOf(error);
    if (code === "ENOENT" || code === "ENOTDIR") return "none";
    throw error;
  }
}

/** Puts a finished file where it belongs, in one step. What holds the place and is an empty folder makes way. */
export async function placeFile(worktree: string, path: string, prepared: string): Promise<void> {
  const target = join(worktree, path);
  await makeParents(worktree, path);
  if ((await kindOf(target)) === "folder") await rmdir(target);
  await rename(prepared, target);
}

/** Removes a file, and the folders that are empty without it, up to one that stays. Nothing happens to what is not there. */
export async function removeFile(worktree: string, path: string, staying = "."): Promise<void> {
  if ((await parentProblem(worktree, path)) === undefined) await unlinkFile(join(worktree, path));
  for (let folder = dirname(path); folder !== "." && folder !== staying; folder = dirname(folder)) {
    if (!(await removedEmpty(join(worktree, folder)))) break;
  }
  if (staying !== ".") await mkdir(join(worktree, staying), { recursive: true });
}

async function unlinkFile(file: string): Promise<void> {
  if ((await kindOf(file)) === "folder") return;
  await unlink(file).catch((error: unknown) => {
    if (!["ENOENT", "ENOTDIR"].includes(codeOf(error))) throw error;
  });
}

async function makeParents(worktree: string, path: string): Promise<void> {
  const problem = await parentProblem(worktree, path);
  if (problem !== undefined) throw new ToolError(`\`${path}\`: \`${problem}\` is no folder`, { class: "terminal" });
  await mkdir(dirname(join(worktree, path)), { recursive: true });
}

/** Whether a path leads to a place inside the working tree, and not into a repository. */
export function isFilePath(path: string): boolean {
  return path.split("/").every((part) => !["", ".", ".."].includes(part) && part.toLowerCase() !== ".git");
}

/** What stands in the place of one of its folders. A link there would lead out of the working tree. */
async function parentProblem(worktree: string, path: string): Promise<string | undefined> {
  if (!isFilePath(path)) throw new ToolError(`\`${path}\` is no path of a file`, { class: "invalid" });
  const parts = path.split("/");
  for (let length = 1; length < parts.length; length += 1) {
    const folder = parts.slice(0, length).join("/");
    const kind = await kindOf(join(worktree, folder));
    if (kind === "none") return undefined;
    if (kind !== "folder") return folder;
  }
  return undefined;
}

async function removedEmpty(folder: string): Promise<boolean> {
  try {
    await rmdir(folder);
    return true;
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(codeOf(error))) return true;
    if (["ENOTEMPTY", "EEXIST", "EBUSY"].includes(codeOf(error))) return false;
    throw error;
  }
}

/** Tries again when a git program that a killed process has started still writes there. */
export async function removeTree(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
}

export function codeOf(error: unknown): string {
  return typeof error === "object" && error !== null && "code" in error ? String(error.code) : "unknown cause";
}
