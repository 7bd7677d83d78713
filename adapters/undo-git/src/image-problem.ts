import type { JsonObject, JsonValue } from "@car/ir";
import { partsOfKept } from "./files.js";
import { isRefName } from "./refs.js";
import { isFilePath } from "./worktree.js";

const ID = /^[0-9a-f]{40}([0-9a-f]{24})?$/;
const KEPT = /^(100[0-7]{3} [0-9a-f]+|120000 [0-9a-f]+|gone .+)$/s;

/** Why a value is no image, if it is none: what a model makes up must lead nowhere else. */
export function imageProblem(value: JsonValue | undefined): string | undefined {
  if (!isObject(value) || value["format"] !== 1) return "`format` is not 1";
  const { head, refs, files = {}, index = null, stash = [] } = value;
  if (!isObject(refs) || !Object.entries(refs).every(isRef)) return "`refs` are no refs";
  if (head !== undefined && !(isText(head) && (ID.test(head) || isSymbolic(head)))) return "`head` is no HEAD";
  if (index !== null && !isId(index)) return "`index` is no object";
  if (!isObject(files) || !Object.entries(files).every(isKept)) return "`files` are no files";
  if (!Array.isArray(stash) || !stash.every((line: JsonValue) => isText(line) && !line.includes("\n")))
    return "`stash` is no list";
  return undefined;
}

function isRef([name, value]: readonly [string, JsonValue]): boolean {
  return isRefName(name) && (value === null || isId(value) || (isText(value) && isSymbolic(value)));
}

function isKept([path, value]: readonly [string, JsonValue]): boolean {
  if (!isFilePath(path) || !isText(value) || !KEPT.test(value)) return false;
  const { id, folder = "." } = partsOfKept(value);
  return id === undefined ? folder === "." || isFilePath(folder) : ID.test(id);
}

function isSymbolic(text: string): boolean {
  return text.startsWith("ref: ") && isRefName(text.slice("ref: ".length));
}

function isId(value: JsonValue): boolean {
  return isText(value) && ID.test(value);
}

function isText(value: JsonValue): value is string {
  return typeof value === "string";
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
