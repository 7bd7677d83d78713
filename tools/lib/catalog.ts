import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The versions that this repository pins, by package name, from the catalog of `pnpm-workspace.yaml`. */
export function readCatalog(root: string): ReadonlyMap<string, string> {
  const [, catalog = ""] = readFileSync(join(root, "pnpm-workspace.yaml"), "utf8").split(/^catalog:\n/m);
  const entries = catalog.matchAll(/^ {2}"?([^":\s]+)"?: (\S+)$/gm);
  return new Map([...entries].map(([, name = "", version = ""]) => [name, version]));
}
