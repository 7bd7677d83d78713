import type { LogFolderSystem } from "@car/eventlog/node";

/** Writes all bytes, however few the file system takes at a time. */
export function writeWhole(fs: LogFolderSystem, fd: number, bytes: Buffer): void {
  for (let written = 0; written < bytes.length;) {
    const count = fs.writeSync(fd, bytes, written, bytes.length - written);
    if (count === 0) throw new Error("the file system wrote nothing");
    written += count;
  }
}
