import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's root folder, absolute, without a final slash. */
export const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url)).replace(/[/\\]$/, "");

const NOT_SOURCES = new Set(["node_modules", "dist", ".git", ".turbo", "coverage"]);

/**
 * All files below `root/folder` whose name ends with one of `endings`, as paths relative to `root` with forward
 * slashes, in code-unit order. Build output and dependencies are left out; a folder that does not exist has no files.
 */
export function listFiles(root: string, folder: string, endings: readonly string[]): readonly string[] {
  if (!existsSync(join(root, folder))) return [];
  const found: string[] = [];
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    if (NOT_SOURCES.has(entry.name)) continue;
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) found.push(...listFiles(root, path, endings));
    else if (endings.some((ending) => entry.name.endsWith(ending))) found.push(path);
  }
  return found.sort();
}
