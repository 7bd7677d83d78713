import * as nodeFs from "node:fs";
import { dirname } from "node:path";
import type { FolderSystem } from "./file-system.js";
import { syncFolder } from "./sync-folder.js";
import { writeWhole } from "./write-whole.js";

/** How a file is replaced. */
export interface ReplaceOptions {
  /** Where it is written until it is whole: in the same folder. Default: its name with `.tmp`, which only one writer may use at a time. */
  readonly aside?: string;
  /** Whether it must survive a power cut. Default true. */
  readonly fsync?: boolean;
  /** For tests of failures. Default `node:fs`. */
  readonly fs?: Pick<FolderSystem, "openSync" | "writeSync" | "fsyncSync" | "closeSync" | "renameSync" | "rmSync">;
}

/**
 * Puts a file in the place of another one: whole or not at all. Only the owner may read it. When it fails, what was
 * there before is still there, and nothing lies beside it.
 * @throws the file system's error.
 */
export function replaceFile(path: string, content: string | Uint8Array, options: ReplaceOptions = {}): void {
  const file = new FileReplacement(path, options);
  try {
    file.write(content);
    file.finish();
  } finally {
    file.drop();
  }
}

/** A file that is written in pieces beside the one whose place it takes. Call `drop` in any case: after `finish` it does nothing. */
export class FileReplacement {
  private readonly path: string;
  private readonly options: Required<ReplaceOptions>;
  private fd: number | undefined;
  private isFinished = false;

  constructor(path: string, { aside = `${path}.tmp`, fsync = true, fs = nodeFs }: ReplaceOptions = {}) {
    this.path = path;
    this.options = { aside, fsync, fs };
    this.fd = fs.openSync(aside, "w", 0o600);
  }

  /** Adds to the end. */
  write(content: string | Uint8Array): void {
    const { fs } = this.options;
    writeWhole({ fs, fd: this.open() }, typeof content === "string" ? Buffer.from(content) : content);
  }

  /** Puts the file in its place. `lastCheck` is called when all of it is on the disk and nothing is replaced yet; what it throws stops that. */
  finish(lastCheck?: () => void): void {
    const { fs, aside, fsync } = this.options;
    if (fsync) fs.fsyncSync(this.open());
    this.close();
    lastCheck?.();
    fs.renameSync(aside, this.path);
    this.isFinished = true;
    if (fsync) syncFolder(dirname(this.path), fs);
  }

  /** Gives up a file that is not finished, and removes what was written of it. Never throws: the first error is the one to tell. */
  drop(): void {
    if (this.isFinished) return;
    try {
      this.close();
    } catch {
      // What is removed next need not be whole.
    }
    try {
      this.options.fs.rmSync(this.options.aside, { force: true });
    } catch {
      // It stays behind under a name that nobody reads.
    }
  }

  private open(): number {
    if (this.fd === undefined) throw new TypeError("the file is finished or dropped");
    return this.fd;
  }

  private close(): void {
    if (this.fd === undefined) return;
    const { fd } = this;
    // Also when it fails: closing twice could close somebody else's file.
    this.fd = undefined;
    this.options.fs.closeSync(fd);
  }
}
