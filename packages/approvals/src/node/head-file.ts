import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import * as fs from "node:fs";
import { checkedLine, uncheckedLine, writeWhole } from "@car/files";
import type { ApprovalHead } from "./approval-chain.js";

/** One record of always the same length, so that it is overwritten in place and keeps its inode. */
const RECORD_BYTES = 256;
const RECORD = /^\{"inode":"(\d+)","lines":(\d+),"hash":"([0-9a-f]{64})"\}$/;

/**
 * The end that a file was once seen to have: it has that end still, or has grown. Absent when there is no such record,
 * while it is being written, and in a copy, whose parts may be of different moments.
 */
export function readHead(path: string): ApprovalHead | undefined {
  let fd: number | undefined;
  try {
    fd = openSync(path, "r");
    const [, inode, lines, hash] = RECORD.exec(uncheckedLine(readFileSync(fd, "utf8").trimEnd()) ?? "") ?? [];
    if (hash === undefined || inode !== inodeOf(fd)) return undefined;
    return { lines: Number(lines), hash };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

/** Notes the end of a file. Of two processes the slower one may note an earlier end, which is as true. */
export function writeHead(path: string, { lines, hash }: ApprovalHead): void {
  const fd = openSync(path, constants.O_RDWR | constants.O_CREAT, 0o600);
  try {
    const record = checkedLine(`{"inode":"${inodeOf(fd)}","lines":${lines},"hash":"${hash}"}`);
    writeWhole({ fs, fd, position: 0 }, Buffer.from(`${record.padEnd(RECORD_BYTES - 1)}\n`));
  } finally {
    closeSync(fd);
  }
}

function inodeOf(fd: number): string {
  return String(fstatSync(fd, { bigint: true }).ino);
}
