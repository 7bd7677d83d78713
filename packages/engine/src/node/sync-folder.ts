import type { LogFolderSystem } from "@car/eventlog/node";

/** Makes the names in a folder as durable as the files' contents. */
export function syncFolder(fs: LogFolderSystem, path: string): void {
  // Windows has no such call for folders.
  if (process.platform === "win32") return;
  const fd = fs.openSync(path, "r");
  try {
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}
