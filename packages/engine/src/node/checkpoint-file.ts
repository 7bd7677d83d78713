import { createHash, randomUUID } from "node:crypto";
import * as nodeFs from "node:fs";
import { decodeText, type FolderSystem, replaceFile } from "@car/files";
import { canonicalJson, CheckpointInvalidError, parseJsonText } from "@car/ir";
import { assertKnownOptions } from "@car/ir/internal";
import { type Checkpoint, checkCheckpoint } from "../checkpoint/checkpoint.js";

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
  options: { readonly fs?: FolderSystem } = {},
): Promise<Checkpoint> {
  assertKnownOptions(options, ["fs"], "saveCheckpoint");
  const { fs = nodeFs } = options;
  const checkpoint = await runtime.checkpoint();
  const body = canonicalJson(checkpoint);
  // Several processes may save to one path.
  replaceFile(path, `${headerOf(body)}\n${body}\n`, { fs, aside: `${path}.${randomUUID()}.tmp` });
  return checkpoint;
}

/**
 * Reads a checkpoint back.
 * @throws `CheckpointInvalidError` (`CAR_CHECKPOINT_INVALID`) naming the file, the place in it and what is wrong when it is not
 * whole, byte for byte, of another version, or holds what no checkpoint has; the error of the file system when it cannot be read.
 */
export function loadCheckpoint(path: string, options: { readonly fs?: FolderSystem } = {}): Checkpoint {
  assertKnownOptions(options, ["fs"], "loadCheckpoint");
  const { fs = nodeFs } = options;
  const refused = (problem: string, cause?: unknown): CheckpointInvalidError =>
    new CheckpointInvalidError(`\`${path}\`${problem}`, { cause });
  const decoded = decodeText(fs.readFileSync(path));
  if ("badLine" in decoded) throw refused(`, line ${decoded.badLine}: it is no UTF-8`);
  const { text } = decoded;
  const end = text.indexOf("\n");
  const body = text.slice(end + 1, -1);
  const version = end < 0 ? undefined : versionOf(text.slice(0, end));
  if (version === undefined) throw refused(", line 1: it is no checkpoint");
  if (version !== 1) throw refused(`, line 1: it has format_version ${version}, not 1`);
  if (text.slice(0, end) !== headerOf(body) || !text.endsWith("\n")) {
    throw refused(", line 2: it is damaged: it does not have its checksum");
  }
  try {
    return checkCheckpoint(parseJsonText(body));
  } catch (cause) {
    throw refused(`, line 2: ${(cause as Error).message}`, cause);
  }
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
