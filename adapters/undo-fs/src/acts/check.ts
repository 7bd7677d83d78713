import type { BigIntStats } from "node:fs";
import { type Grounds, isWithin, type Place, statOf } from "../places.js";
import { refusal } from "../tool-failure.js";

/** What is there, which must be something. */
export function present({ path, absolute }: Place): BigIntStats {
  const stat = statOf(absolute);
  if (stat === undefined) throw refusal("not_found", path, "there is no such file or folder");
  return stat;
}

/** What is there, which must be a file; `undefined` when nothing is, but its folder. */
export function fileOrNothing(place: Place): BigIntStats | undefined {
  const stat = statOf(place.absolute);
  if (stat === undefined) return void requireFolder(place);
  if (stat.isDirectory()) throw refusal("invalid", place.path, "is a folder");
  if (stat.isSymbolicLink()) throw refusal("invalid", place.path, "is a link; use the path that it leads to");
  if (!stat.isFile()) throw refusal("invalid", place.path, "is no file");
  return stat;
}

/** Refuses a place where something is, or that has no folder. */
export function requireFree(place: Place): void {
  if (statOf(place.absolute) !== undefined) throw refusal("invalid", place.path, "something is there already");
  requireFolder(place);
}

/** Refuses a folder with the undo store in it. */
export function requireWithoutStore({ path, absolute }: Place, { store }: Grounds): void {
  if (isWithin(absolute, store)) throw refusal("denied", path, "holds the undo store");
}

function requireFolder({ path, missingParents }: Place): void {
  if (missingParents > 0) throw refusal("not_found", path, "the folder that it lies in is missing");
}
