import { createHash, randomBytes } from "node:crypto";
import * as fs from "node:fs";
import { copyFile, open, readdir, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { ToolError } from "@car/ir";
import { syncFolder, writeWhole } from "@car/files";
import { type NamedPath, statOf } from "./places.js";
import { hasErrno, refusal } from "./tool-failure.js";

/** A content, by its hash. */
export interface Content {
  readonly size: number;
  readonly sha256: string;
}

/** Contents above this are cloned or linked, where the file system can, in place of being copied. */
const SMALL_BYTES = 64 * 1024;
const PIECE_BYTES = 256 * 1024;
/** What a process of another machine has prepared is left alone for so long. */
const STALE_MS = 24 * 3_600_000;
const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0, COPYFILE_FICLONE, COPYFILE_FICLONE_FORCE } = fs.constants;

/** Contents by their SHA-256, and a place where things are prepared until one rename makes them appear. */
export class ContentStore {
  private readonly contents: string;
  private readonly staging: string;
  private readonly own: string;
  private count = 0;

  /** @param folder exists. What processes that are gone have left half prepared is removed. */
  constructor(folder: string) {
    this.contents = join(folder, "contents");
    this.staging = join(folder, "staging");
    this.own = join(this.staging, `${process.pid}~${randomBytes(6).toString("hex")}~${hostname()}`);
    for (const path of [this.contents, this.staging]) fs.mkdirSync(path, { recursive: true, mode: 0o700 });
    this.clean();
  }

  /** Calls `body` with a fresh path for something to prepare. What is still there afterwards is removed. */
  async withStaged<T>(body: (path: string) => T | Promise<T>): Promise<T> {
    // Another process may take it for left behind when it was not used for a day.
    fs.mkdirSync(this.own, { recursive: true, mode: 0o700 });
    const path = join(this.own, String(++this.count));
    try {
      return await body(path);
    } finally {
      await rm(path, { recursive: true, force: true }).catch(() => removeTree(path));
    }
  }

  /** Puts a file's content into the store. `foreign`: it may be written to in place, so it shares no blocks with another name. */
  async keep(file: NamedPath, foreign: boolean): Promise<Content> {
    const path = file.absolute;
    const before = statOf(path);
    const content = await this.withStaged((staged) =>
      (before?.size ?? 0n) <= SMALL_BYTES ? this.keepSmall(path, staged) : this.keepLarge(path, { staged, foreign }),
    );
    assertUnchanged(file, before, content.size);
    return content;
  }

  /**
   * Copies the content that a path had.
   * @throws `ToolError` when it is not there any more, or not as it was.
   */
  async fetch(sha256: string, { path, to }: { readonly path: string; readonly to: string }): Promise<void> {
    try {
      await copyFile(this.fileOf(sha256), to, COPYFILE_FICLONE);
    } catch (error) {
      if (!hasErrno(error, "ENOENT")) throw error;
      throw refusal("not_found", path, `its content ${sha256} is not in the undo store any more`);
    }
    if ((await hashFile(to)).sha256 === sha256) return;
    throw new ToolError(`\`${path}\`: its content ${sha256} was changed in the undo store`);
  }

  /** Removes contents that nobody has stored for longer than that. */
  async prune(olderThanMs: number): Promise<{ readonly removed: number; readonly bytes: number }> {
    this.clean();
    const total = { removed: 0, bytes: 0 };
    for (const name of await readdir(this.contents)) {
      const path = join(this.contents, name);
      const stat = fs.lstatSync(path, { throwIfNoEntry: false });
      // Storing again changes this time; the time of its last change may be that of a linked file.
      if (stat === undefined || Date.now() - stat.ctimeMs < olderThanMs) continue;
      await rm(path, { force: true });
      total.removed++;
      total.bytes += stat.size;
    }
    return total;
  }

  private async keepSmall(path: string, staged: string): Promise<Content> {
    const bytes = await readWhole(path);
    const content = { size: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex") };
    const kept = this.fileOf(content.sha256);
    if (fs.lstatSync(kept, { throwIfNoEntry: false })?.size === bytes.length) {
      const now = new Date();
      fs.utimesSync(kept, now, now);
    } else {
      writeDurably(staged, bytes, 0o600);
      this.take(staged, content.sha256);
    }
    return content;
  }

  private async keepLarge(path: string, { staged, foreign }: { staged: string; foreign: boolean }): Promise<Content> {
    await cloneOrLink(path, staged, foreign);
    const content = await hashFile(staged);
    syncFile(staged);
    // Also when it is there already: what shares its blocks with a file may have been changed since.
    this.take(staged, content.sha256);
    return content;
  }

  private take(staged: string, sha256: string): void {
    fs.renameSync(staged, this.fileOf(sha256));
    syncFolder(this.contents, fs);
  }

  private fileOf(sha256: string): string {
    return join(this.contents, sha256);
  }

  private clean(): void {
    for (const name of fs.readdirSync(this.staging)) {
      const path = join(this.staging, name);
      if (path !== this.own && isLeft(name, path)) removeTree(path);
    }
  }
}

/** Hash and size of a file. */
export async function hashFile(path: string): Promise<Content> {
  const file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const hash = createHash("sha256");
    const piece = Buffer.allocUnsafe(PIECE_BYTES);
    let size = 0;
    for (;;) {
      const { bytesRead } = await file.read(piece, 0, PIECE_BYTES, null);
      if (bytesRead === 0) return { size, sha256: hash.digest("hex") };
      hash.update(piece.subarray(0, bytesRead));
      size += bytesRead;
    }
  } finally {
    await file.close();
  }
}

/** Writes a new file and waits until it is on the disk. */
export function writeDurably(path: string, bytes: Uint8Array, mode: number): void {
  const fd = fs.openSync(path, "wx", 0o600);
  try {
    writeWhole({ fs, fd }, bytes);
    fs.fchmodSync(fd, mode);
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}

/** Waits until a file's content is on the disk. */
export function syncFile(path: string): void {
  const fd = fs.openSync(path, O_RDONLY | O_NOFOLLOW);
  try {
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}

/** @throws `ToolError` (`transient`) when a file is not as it was before it was read. */
export function assertUnchanged(file: NamedPath, before: fs.BigIntStats | undefined, size: number): void {
  const after = statOf(file.absolute);
  const same = (["dev", "ino", "size", "mtimeNs"] as const).every((key) => before?.[key] === after?.[key]);
  if (!same || after?.size !== BigInt(size)) throw refusal("transient", file.path, "it was changed while it was read");
}

/** Removes whatever is there. Folders that nobody may write to are made writable first; what cannot be removed stays. */
function removeTree(path: string): void {
  try {
    const stat = fs.lstatSync(path, { throwIfNoEntry: false });
    if (stat?.isDirectory() === true) {
      fs.chmodSync(path, 0o700);
      for (const name of fs.readdirSync(path)) removeTree(join(path, name));
    }
    fs.rmSync(path, { recursive: true, force: true });
  } catch {
    // It lies where nobody looks; the next start tries again.
  }
}

async function readWhole(path: string): Promise<Buffer> {
  const file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    return await file.readFile();
  } finally {
    await file.close();
  }
}

async function cloneOrLink(from: string, to: string, foreign: boolean): Promise<void> {
  if (foreign) return copyFile(from, to, COPYFILE_FICLONE);
  try {
    await copyFile(from, to, COPYFILE_FICLONE_FORCE);
  } catch (error) {
    if (hasErrno(error, "ENOSPC", "EDQUOT", "EFBIG", "ENOENT", "EACCES")) throw error;
    fs.rmSync(to, { force: true });
    try {
      fs.linkSync(from, to);
    } catch {
      await copyFile(from, to);
    }
  }
}

/** True when the process that prepared it is gone; of one that may live, when it has prepared nothing for long. */
function isLeft(name: string, path: string): boolean {
  const [pid, , host] = name.split("~");
  try {
    if (host === hostname()) process.kill(Number(pid), 0);
  } catch (error) {
    if (hasErrno(error, "ESRCH")) return true;
  }
  return Date.now() - (fs.lstatSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0) > STALE_MS;
}
