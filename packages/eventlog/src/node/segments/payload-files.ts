import { join } from "node:path";
import { replaceFile, syncFolder } from "@car/files";
import { eventFromLog, LogCorruptError, type CarEvent, parseJsonText } from "@car/ir";
import { nodeSha256 } from "../node-sha256.js";
import { type LogFolder, PAYLOADS } from "./log-folder.js";
import { type SegmentId, stemOf } from "./segment-name.js";

/** The folder with the large payloads of a segment: it goes with the segment, and no other one's payloads with it. */
export function payloadFolder({ path }: LogFolder, id: SegmentId): string {
  return join(path, PAYLOADS, stemOf(id));
}

/**
 * Keeps a payload, given as canonical JSON, under its digest. When it returns, the payload is as durable as the folder
 * asks for, so a line that names it may be written.
 */
export function writePayload(
  folder: LogFolder,
  id: SegmentId,
  { text, digest }: { text: string; digest: string },
): void {
  const { fs, fsync } = folder;
  const inside = payloadFolder(folder, id);
  const file = join(inside, digest);
  if (fs.existsSync(file)) return;
  fs.mkdirSync(inside, { recursive: true, mode: 0o700 });
  // Under its own name it is whole: a crash leaves at most a file that nobody looks for.
  replaceFile(file, text, { fs, fsync });
  if (!fsync) return;
  syncFolder(join(inside, ".."), fs);
  syncFolder(folder.path, fs);
}

/**
 * The event with its payload, when that lies in a file. Without the file it stays as it is: erased.
 * @throws `LogCorruptError` when the file does not hold what the digest says.
 */
export function resolvePayload(folder: LogFolder, id: SegmentId, event: CarEvent): CarEvent {
  if (event.data_digest === undefined) return event;
  const text = readPayload(folder, id, event.data_digest);
  if (text === undefined) return event;
  const { data_digest: digest, data: _empty, prev_hash, hash, ...facts } = event;
  return eventFromLog({ ...facts, data: payloadOf(event.seq, text, digest), prev_hash, hash });
}

function payloadOf(seq: number, text: string, digest: string): unknown {
  const refused = (problem: string, cause?: unknown): LogCorruptError =>
    new LogCorruptError(`the payload file of event ${seq} is damaged: ${problem}`, { place: { seq }, cause });
  if (nodeSha256(text) !== digest) throw refused("it does not have its digest");
  try {
    return parseJsonText(text);
  } catch (cause) {
    throw refused((cause as Error).message, cause);
  }
}

function readPayload(folder: LogFolder, id: SegmentId, digest: string): string | undefined {
  const file = join(payloadFolder(folder, id), digest);
  return folder.fs.existsSync(file) ? folder.fs.readFileSync(file, "utf8") : undefined;
}

/** Erases a payload from its file. Gives false when there is none. */
export function erasePayload(folder: LogFolder, id: SegmentId, digest: string): boolean {
  const file = join(payloadFolder(folder, id), digest);
  if (!folder.fs.existsSync(file)) return false;
  folder.fs.unlinkSync(file);
  if (folder.fsync) syncFolder(payloadFolder(folder, id), folder.fs);
  return true;
}
