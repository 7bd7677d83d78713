import { createHash } from "node:crypto";
import { ToolError } from "@car/ir";

const HEADER_BYTES = 12;
/** Times, device, inode, mode, owner and size, in front of an entry's object id. */
const STAT_BYTES = 40;
const EXTENDED = 0x4000;

/**
 * A git index without what depends on the machine and the moment: times, inodes, sizes, and what git keeps for speed. Equal for
 * equal contents, and a whole index: git fills in again what is missing.
 */
export function plainIndex(bytes: Buffer, hash: "sha1" | "sha256"): Buffer {
  const idBytes = hash === "sha1" ? 20 : 32;
  if (bytes.length < HEADER_BYTES + idBytes || bytes.toString("latin1", 0, 4) !== "DIRC") throw unreadable("no index");
  const version = bytes.readUInt32BE(4);
  if (version < 2 || version > 4) throw unreadable(`version ${version}`);
  const plain = Buffer.from(bytes.subarray(0, bytes.length - idBytes));
  let at = HEADER_BYTES;
  for (let left = plain.readUInt32BE(8); left > 0; left -= 1) {
    plain.fill(0, at, at + 24);
    plain.fill(0, at + 28, at + STAT_BYTES);
    at = entryEnd(plain, at, idBytes, version);
  }
  const kept = Buffer.concat([plain.subarray(0, at), ...keptExtensions(plain, at)]);
  return Buffer.concat([kept, createHash(hash).update(kept).digest()]);
}

function entryEnd(plain: Buffer, start: number, idBytes: number, version: number): number {
  const flags = start + STAT_BYTES + idBytes;
  let name = flags + 2;
  if (version >= 3 && (plain.readUInt16BE(flags) & EXTENDED) !== 0) name += 2;
  // Version 4 says first how much of the name before it is dropped, in as many bytes as it takes.
  if (version === 4) {
    while ((plain.readUInt8(name) & 0x80) !== 0) name += 1;
    name += 1;
  }
  const end = plain.indexOf(0, name);
  if (end < 0) throw unreadable("an entry without an end");
  return version === 4 ? end + 1 : start + (Math.floor((end - start) / 8) + 1) * 8;
}

/** What belongs to the contents: conflicts that were resolved, and that the index is sparse. */
function keptExtensions(plain: Buffer, from: number): readonly Buffer[] {
  const kept: Buffer[] = [];
  for (let at = from; at < plain.length;) {
    const name = plain.toString("latin1", at, at + 4);
    const end = at + 8 + plain.readUInt32BE(at + 4);
    if (name === "link") throw unreadable("it is split: git update-index --no-split-index");
    if (name === "REUC" || name === "sdir") kept.push(plain.subarray(at, end));
    else if (name !== name.toUpperCase()) throw unreadable(`extension \`${name}\``);
    at = end;
  }
  return kept;
}

function unreadable(why: string): ToolError {
  return new ToolError(`the index cannot be read: ${why}`, { class: "invalid" });
}
