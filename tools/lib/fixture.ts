import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { withTemporaryFolder } from "./temporary-folder.js";

/** Calls `body` with a temporary folder that holds `files` (path to content) and removes the folder afterwards. */
export function withFiles<T>(
  files: Readonly<Record<string, string>>,
  body: (root: string) => T | Promise<T>,
): Promise<T> {
  return withTemporaryFolder(async (root) => {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), content);
    }
    return body(root);
  });
}
