import * as fs from "node:fs";
import { copyFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ToolError } from "@car/ir";
import { syncFolder } from "@car/files";
import { assertUnchanged, syncFile } from "./content-store.js";
import { inside, type NamedPath, statOf } from "./places.js";
import { hasErrno, refusal } from "./tool-failure.js";

// Each of these is one step of the file system, and what fails in it has changed nothing.

/** Puts something in its place, or moves it: there as a whole or not at all. */
export function rename(from: string, to: string): void {
  try {
    fs.renameSync(from, to);
  } catch (error) {
    if (!hasErrno(error, "EACCES") || statOf(from)?.isDirectory() !== true) throw error;
    renameClosed(from, to);
  }
  settle(to, from);
}

/** A folder that its owner may not write to cannot change the folder that it lies in. */
function renameClosed(from: string, to: string): void {
  const mode = fs.lstatSync(from).mode & 0o7777;
  fs.chmodSync(from, mode | 0o200);
  let place = from;
  try {
    fs.renameSync(from, to);
    place = to;
  } finally {
    fs.chmodSync(place, mode);
  }
}

/** Changes permission bits. */
export function changeMode(path: string, mode: string): void {
  fs.chmodSync(path, Number.parseInt(mode, 8));
  settle(path);
}

/** Removes a folder with nothing in it. */
export function removeEmpty(path: string): void {
  fs.rmdirSync(path);
  settle(path);
}

/**
 * Copies a file, a link or a folder with all in it to a path where nothing is, with its modes, and waits until it is on the disk.
 * @throws `ToolError` when it is something else, or changed meanwhile.
 */
export async function copyTree(from: NamedPath, to: string): Promise<void> {
  const { path, absolute } = from;
  const stat = statOf(absolute);
  if (stat === undefined) throw refusal("not_found", path, "there is no such file or folder");
  if (stat.isSymbolicLink()) return fs.symlinkSync(fs.readlinkSync(absolute), to);
  if (stat.isFile()) {
    await copyFile(absolute, to, fs.constants.COPYFILE_FICLONE);
    assertUnchanged(from, stat, fs.lstatSync(to).size);
    fs.chmodSync(to, Number(stat.mode) & 0o7777);
    return syncFile(to);
  }
  if (!stat.isDirectory()) throw refusal("invalid", path, "is neither file, folder nor link");
  fs.mkdirSync(to, { mode: 0o700 });
  for (const name of fs.readdirSync(absolute)) await copyTree(inside(from, name), join(to, name));
  finishFolder(to, Number(stat.mode));
}

/** Gives a folder that was prepared its mode, and waits until its names are on the disk. */
export function finishFolder(path: string, mode: number): void {
  syncFolder(path, fs);
  fs.chmodSync(path, mode & 0o7777);
}

/** Waits until the names are on the disk. */
function settle(...paths: readonly string[]): void {
  try {
    for (const folder of new Set(paths.map((path) => dirname(path)))) syncFolder(folder, fs);
  } catch (error) {
    throw new ToolError(`\`${paths[0]}\`: it was done, but the disk does not confirm it: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
