import { type BigIntStats, lstatSync, realpathSync } from "node:fs";
import { isAbsolute, join, relative, sep } from "node:path";
import { isWellFormed } from "@car/ir/internal";
import { hasErrno, refusal } from "./tool-failure.js";

/** Where a path leads: no part of `absolute` but the last can be a link. */
export interface Place {
  /** Relative to the root, with `/`; `.` is the root. */
  readonly path: string;
  readonly absolute: string;
  /** How many of the folders above it are missing. */
  readonly missingParents: number;
}

/** Where something is, and what it is called in messages: never where the root lies. */
export type NamedPath = Pick<Place, "path" | "absolute">;

/** What lies in a folder under a name. */
export function inside({ path, absolute }: NamedPath, name: string): NamedPath {
  return { path: path === "." ? name : `${path}/${name}`, absolute: join(absolute, name) };
}

/** The folder that tools may touch, and the store, which they may not: real paths. */
export interface Grounds {
  readonly root: string;
  readonly store: string;
  /** What the host calls the root: absolute paths may begin with it too. */
  readonly alias: string;
}

/**
 * Finds the place of a path that a model gave. Links in its middle are followed inside the root. An absolute path is one
 * inside the root, and only tools of others (`foreign`) may have those.
 * @throws `ToolError`: `denied` when it leads out of the root or into the store, `invalid` when it is no path.
 */
export function placeOf(grounds: Grounds, given: string, foreign = false): Place {
  const parts = partsOf(grounds, given, foreign);
  let absolute = grounds.root;
  let missingParents = 0;
  for (const [index, part] of parts.entries()) {
    const isLast = index === parts.length - 1;
    absolute = join(absolute, part);
    if (isWithin(grounds.store, absolute)) throw refusal("denied", given, "what is there belongs to the undo store");
    if (isLast) break;
    if (missingParents === 0) absolute = parentOf(grounds, given, absolute);
    if (missingParents > 0 || statOf(absolute) === undefined) missingParents++;
  }
  return { path: relative(grounds.root, absolute).split(sep).join("/") || ".", absolute, missingParents };
}

/** What is at a path, links not followed; `undefined` when nothing is. */
export function statOf(absolute: string): BigIntStats | undefined {
  try {
    return lstatSync(absolute, { bigint: true, throwIfNoEntry: false });
  } catch (error) {
    if (hasErrno(error, "ENOTDIR")) return undefined;
    throw error;
  }
}

/** True for the folder itself and all in it. */
export function isWithin(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** A part of a path that is not the last: a folder, perhaps behind links, or missing. */
function parentOf(grounds: Grounds, given: string, absolute: string): string {
  const stat = statOf(absolute);
  if (stat === undefined || stat.isDirectory()) return absolute;
  if (!stat.isSymbolicLink()) throw refusal("invalid", given, "a part of the path is no folder");
  const real = realPathOf(absolute);
  if (real === undefined || !isWithin(grounds.root, real))
    throw refusal("denied", given, "a link leads out of the root");
  if (isWithin(grounds.store, real)) throw refusal("denied", given, "a link leads into the undo store");
  if (statOf(real)?.isDirectory() !== true) throw refusal("invalid", given, "a part of the path is no folder");
  return real;
}

/** Where a link leads in the end; `undefined` when that is nowhere. */
export function realPathOf(absolute: string): string | undefined {
  try {
    return realpathSync(absolute);
  } catch (error) {
    if (hasErrno(error, "ENOENT", "ELOOP", "ENOTDIR")) return undefined;
    throw error;
  }
}

function partsOf({ root, alias }: Grounds, given: string, foreign: boolean): readonly string[] {
  if (given === "" || given.includes("\0") || !isWellFormed(given)) throw refusal("invalid", given, "this is no path");
  const parts = belowRoot(given, foreign ? [root, alias] : [])
    .split(process.platform === "win32" ? /[\\/]/ : "/")
    .filter((part) => part !== "" && part !== ".");
  if (parts.includes("..")) throw refusal("denied", given, "`..` is not allowed in a path");
  return parts;
}

function belowRoot(given: string, roots: readonly string[]): string {
  if (!isAbsolute(given)) return given;
  const root = roots.find((name) => isWithin(name, given));
  if (root === undefined)
    throw refusal("denied", given, "a path is relative to the root, and leads to nothing outside of it");
  return given.slice(root.length);
}
