import type { FileSystem } from "./file-system.js";

/** An open file, where in it to write, and whom to tell how many bytes of a write are in it. */
export interface WriteTarget {
  readonly fs: Pick<FileSystem, "writeSync">;
  readonly fd: number;
  /** Offset of the first byte. Default: where the file stands; at its end when it was opened for appending. */
  readonly position?: number;
  readonly onProgress?: (written: number) => void;
}

/**
 * Writes all bytes, however few the file system takes at a time.
 * @throws the file system's error, and one when it takes nothing without an error.
 */
export function writeWhole({ fs, fd, position, onProgress }: WriteTarget, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length;) {
    const at = position === undefined ? null : position + written;
    const count = fs.writeSync(fd, bytes, written, bytes.length - written, at);
    // Asking on would go on for ever.
    if (count === 0) throw new Error("the file system wrote nothing");
    written += count;
    onProgress?.(written);
  }
}
