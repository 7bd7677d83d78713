import type { FileSystem } from "./file-system.js";

/** Makes the names in a folder as durable as the files' contents. */
export function syncFolder(path: string, fs: Pick<FileSystem, "openSync" | "fsyncSync" | "closeSync">): void {
  // Windows has no such call for folders.
  if (process.platform === "win32") return;
  const folder = fs.openSync(path, "r");
  try {
    fs.fsyncSync(folder);
  } finally {
    fs.closeSync(folder);
  }
}
