import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import { readableText } from "@car/files";
import { type JsonValue, parseJsonText } from "@car/ir";
import { UnreadablePlanError, UsageError } from "../usage-error.js";

/** Standard input can be read once. */
const STANDARD_INPUT = "-";

/** The text of a proposal: of a file, or of standard input for `-`. */
export async function readInput(path: string): Promise<string> {
  const read = readableText(await bytesOf(path));
  if ("text" in read) return read.text;
  throw new UnreadablePlanError(`${nameOf(path)}: ${read.problem}`);
}

/** The text of a file, however an editor has saved it. */
export async function readText(path: string): Promise<string> {
  const read = readableText(await bytesOf(path));
  if ("text" in read) return read.text;
  throw new UsageError(`${nameOf(path)}: ${read.problem}`);
}

/** A file that holds a JSON object, without anything in it that could not be stored. */
export async function readJsonObject(path: string): Promise<Record<string, never>> {
  const value = readJson(nameOf(path), await readText(path));
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, never>;
  throw new UsageError(`${nameOf(path)}: expected a JSON object`);
}

/** The JSON in a text that is called `name`. */
export function readJson(name: string, text: string): JsonValue {
  try {
    return parseJsonText(text);
  } catch (error) {
    throw new UsageError(`${name}: ${(error as Error).message}`, { cause: error });
  }
}

function nameOf(path: string): string {
  return path === STANDARD_INPUT ? "standard input" : path;
}

async function bytesOf(path: string): Promise<Buffer> {
  if (path === STANDARD_INPUT) return buffer(process.stdin);
  try {
    return await readFile(path);
  } catch (error) {
    throw new UsageError(`${path}: ${(error as Error).message}`, { cause: error });
  }
}
