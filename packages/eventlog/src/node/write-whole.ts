import type { LogFileSystem } from "./log-file-system.js";

/** An open file, and whom to tell how many bytes of a write are in it. */
export interface WriteTarget {
  readonly fs: LogFileSystem;
  readonly fd: number;
  readonly onProgress?: (written: number) => void;
}

/** Writes all bytes, however few the file system takes at a time. */
export function writeWhole({ fs, fd, onProgress }: WriteTarget, bytes: Buffer): void {
  for (let written = 0; written < bytes.length;) {
    const count = fs.writeSync(fd, bytes, written, bytes.length - written);
    if (count === 0) throw new Error("the file system wrote nothing");
    written += count;
    onProgress?.(written);
  }
}
