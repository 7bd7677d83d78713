import { existsSync } from "node:fs";
import { join } from "node:path";

/** Where the events are: in the file or folder that is named or, when it is the folder of a durable store, in its log. */
export function logPath(path: string): string {
  const inside = join(path, "log");
  return existsSync(join(path, "snapshots")) && existsSync(inside) ? inside : path;
}
