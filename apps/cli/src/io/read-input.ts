import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { UsageError } from "../usage-error.js";

/** The text of a file, or of standard input for `-`. */
export async function readInput(path: string): Promise<string> {
  if (path === "-") return text(process.stdin);
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new UsageError(`${path}: ${(error as Error).message}`, { cause: error });
  }
}

/** A file that holds a JSON object. */
export async function readJsonObject(path: string): Promise<Record<string, never>> {
  const content = await readInput(path);
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (error) {
    throw new UsageError(`${path}: not JSON: ${(error as Error).message}`, { cause: error });
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, never>;
  throw new UsageError(`${path}: expected a JSON object`);
}
