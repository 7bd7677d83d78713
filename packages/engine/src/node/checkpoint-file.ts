import { createHash, randomUUID } from "node:crypto";
import * as nodeFs from "node:fs";
import { dirname } from "node:path";
import { canonicalJson, CheckpointInvalidError } from "@car/ir";
import { type Checkpoint, checkCheckpoint } from "../checkpoint/checkpoint.js";

/** The part of `node:fs` that is needed, for tests of failures. */
export type CheckpointFileSystem = Pick<
  typeof nodeFs,
  "openSync" | "writeSync" | "fsyncSync" | "closeSync" | "renameSync" | "unlinkSync" | "readFileSync"
>;

interface HasCheckpoint {
  checkpoint(): Promise<Checkpoint>;
}

/**
 * Writes a checkpoint of a runtime to a file: whole or not at all. What was there before stays until the new one is on
 * the disk. Only the owner may read it: values are not redacted.
 * @throws the error of the file system (as a rejection).
 */
export async function saveCheckpoint(
  runtime: HasCheckpoint,
  path: string,
  { fs = nodeFs }: { readonly fs?: CheckpointFileSystem } = {},
): Promise<Checkpoint> {
  const checkpoint = await runtime.checkpoint();
  const body = canonicalJson(checkpoint);
  const unfinished = `${path}.${randomUUID()}.tmp`;
  try {
    write(fs, unfinished, Buffer.from(`${headerOf(body)}\n${body}\n`));
    fs.renameSync(unfinished, path);
  } catch (error) {
    removeIfThere(fs, unfinished);
    throw error;
  }
  syncFolder(fs, dirname(path));
  return checkpoint;
}

/**
 * Reads a checkpoint back.
 * @throws `CheckpointInvalidError` (`CAR_CHECKPOINT_INVALID`) when it is not whole, byte for byte, or of another version;
 * the error of the file system when it cannot be read.
 */
export function loadCheckpoint(path: string, { fs = nodeFs }: { readonly fs?: CheckpointFileSystem } = {}): Checkpoint {
  const text = fs.readFileSync(path).toString("utf8");
  const end = text.indexOf("\n");
  const body = text.slice(end + 1, -1);
  const version = end < 0 ? undefined : versionOf(text.slice(0, end));
  if (version === undefined) throw new CheckpointInvalidError(`\`${path}\` is no checkpoint`);
  if (version !== 1) throw new CheckpointInvalidError(`\`${path}\` has format_version ${version}, not 1`);
  if (text.slice(0, end) !== headerOf(body) || !text.endsWith("\n")) {
    throw new CheckpointInvalidError(`\`${path}\` is damaged: its content does not have its checksum`);
  }
  return checkCheckpoint(JSON.parse(body));
}

function headerOf(body: string): string {
  const sha256 = createHash("sha256").update(body).digest("hex");
  return canonicalJson({ car_checkpoint: { format_version: 1, sha256 } });
}

function versionOf(header: string): number | undefined {
  try {
    const { car_checkpoint } = JSON.parse(header) as { car_checkpoint?: { format_version?: unknown } };
    const version = car_checkpoint?.format_version;
    return typeof version === "number" ? version : undefined;
  } catch {
    // Not JSON, so not the first line of a checkpoint.
    return undefined;
  }
}

function write(fs: CheckpointFileSystem, path: string, bytes: Buffer): void {
  const fd = fs.openSync(path, "w", 0o600);
  try {
    for (let written = 0; written < bytes.length;) {
      const count = fs.writeSync(fd, bytes, written, bytes.length - written);
      if (count === 0) throw new Error("the file system wrote nothing");
      written += count;
    }
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}

function removeIfThere(fs: CheckpointFileSystem, path: string): void {
  try {
    fs.unlinkSync(path);
  } catch {
    // It was never made, or is gone: the first error is the one to tell.
  }
}

function syncFolder(fs: CheckpointFileSystem, path: string): void {
  // Windows has no such call for folders.
  if (process.platform === "win32") return;
  const fd = fs.openSync(path, "r");
  try {
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}
