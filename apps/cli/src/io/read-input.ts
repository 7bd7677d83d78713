import { readFile } from "node:fs/promises";
import { buffer } from "node:stream/consumers";
import { decodeText } from "@car/files";
import { type JsonValue, parseJsonText } from "@car/ir";
import { UsageError } from "../usage-error.js";

/** The text of a file, or of standard input for `-`. */
export async function readInput(path: string): Promise<string> {
  return (await bytesOf(path)).toString("utf8");
}

/** A file that holds a JSON object, without anything in it that could not be stored. */
export async function readJsonObject(path: string): Promise<Record<string, never>> {
  const decoded = decodeText(await bytesOf(path));
  if ("badLine" in decoded) throw new UsageError(`${path}: line ${decoded.badLine}: not UTF-8`);
  const value = readJson(path, decoded.text);
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, never>;
  throw new UsageError(`${path}: expected a JSON object`);
}

/** The JSON in a text that is called `name`. */
export function readJson(name: string, text: string): JsonValue {
  try {
    return parseJsonText(text);
  } catch (error) {
    throw new UsageError(`${name}: ${(error as Error).message}`, { cause: error });
  }
}

async function bytesOf(path: string): Promise<Buffer> {
  if (path === "-") return buffer(process.stdin);
  try {
    return await readFile(path);
  } catch (error) {
    throw new UsageError(`${path}: ${(error as Error).message}`, { cause: error });
  }
}
