import { randomBytes } from "node:crypto";
import { closeSync, fdatasyncSync, fstatSync, mkdirSync, openSync, readSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { CarError, StoreCorruptError, StoreWriteError } from "@car/ir";
import { type ApprovalEntry, ApprovalLedger } from "../approval-ledger.js";
import { ApprovalChain } from "./approval-chain.js";
import { type ApprovalChange, approvalLine, readApprovalLine } from "./approval-line.js";
import { readHead, writeHead } from "./head-file.js";

const LINE_FEED = 10;
const NOT_KEPT = "a request or grant has fields that no approval has, so it is not kept";

/** A file of approvals, and the ledger that its lines make. */
export class ApprovalFile {
  readonly ledger = new ApprovalLedger();
  private readonly path: string;
  private readonly chain = new ApprovalChain();
  /** Names this object in the lines that it writes. */
  private readonly writer = randomBytes(8).toString("hex");
  /** Bytes that have been read. */
  private offset = 0;
  /** A line that nobody can read and that nobody has called torn yet. */
  private doubtful: { readonly line: number; readonly problem: string } | undefined = undefined;
  /** What was wrong first; nothing is taken from the file any more. */
  private damage: string | undefined = undefined;
  /** The end of the file has been applied although its line feed is missing. */
  private isTailWhole = false;

  constructor(path: string) {
    this.path = path;
  }

  /** Applies the whole lines that have been added since. */
  read(): void {
    this.withFile((fd) => this.follow(fd));
  }

  /** Adds an entry, and applies it after whatever came before it. */
  add(entry: ApprovalEntry | undefined): void {
    if (entry === undefined) return;
    if ("problem" in readApprovalLine(approvalLine(entry, this.chain.nextOf(this.writer)).slice(0, -1))) {
      throw new StoreWriteError(`${this.path}: ${NOT_KEPT}`);
    }
    this.withFile((fd) => {
      this.follow(fd);
      const bytes = Buffer.from(this.bytesToAdd(fd, entry));
      // One call: lines of several processes do not mix.
      if (writeSync(fd, bytes) !== bytes.length) throw new Error("the disk took only a part of a line");
      fdatasyncSync(fd);
      this.follow(fd);
      this.noteHead();
    });
  }

  private bytesToAdd(fd: number, entry: ApprovalEntry): string {
    const next = this.chain.nextOf(this.writer);
    if (endsWhole(fd)) return approvalLine(entry, next);
    if (this.isTailWhole) return `\n${approvalLine(entry, next)}`;
    return `\n${approvalLine({ op: "torn" }, next)}${approvalLine(entry, { ...next, nr: next.nr + 1 })}`;
  }

  private follow(fd: number): void {
    // Before the lines: it never tells of more than the file has by now.
    const head = readHead(this.headPath);
    const { size } = fstatSync(fd);
    if (size < this.offset) this.damage ??= `line ${this.chain.head.lines}: it is missing; the file was cut`;
    if (this.damage === undefined) this.followLines(fd, size);
    this.damage ??= head && this.chain.objectionToHead(head);
    // A line that cannot be read stands before whatever else is wrong.
    const problem = this.doubtful === undefined ? this.damage : `line ${this.doubtful.line}: ${this.doubtful.problem}`;
    if (problem !== undefined) throw new StoreCorruptError(`${this.path}, ${problem}`);
  }

  private followLines(fd: number, size: number): void {
    const bytes = Buffer.alloc(size - this.offset);
    const length = readSync(fd, bytes, 0, bytes.length, this.offset);
    let from = 0;
    for (let end = bytes.indexOf(LINE_FEED); end >= 0 && end < length; end = bytes.indexOf(LINE_FEED, from)) {
      // Nothing is left of a line that had been read without its line feed.
      if (end > from || !this.isTailWhole) this.apply(bytes.subarray(from, end));
      this.isTailWhole = false;
      from = end + 1;
    }
    const tail = bytes.subarray(from, length);
    if (!("problem" in readApprovalLine(tail.toString()))) {
      this.apply(tail);
      this.isTailWhole = true;
      from = length;
    }
    this.offset += from;
  }

  private apply(bytes: Buffer): void {
    if (this.damage !== undefined) return;
    const read = readApprovalLine(bytes.toString());
    const isWhole = !("problem" in read);
    const misplaced = this.chain.take(bytes, isWhole ? read : undefined);
    const line = this.chain.head.lines;
    if (misplaced !== undefined) this.damage = `line ${line}: ${misplaced}`;
    else if (!isWhole) this.doubtful ??= { line, problem: read.problem };
    else if (read.op !== "torn") this.applyEntry(read);
    else if (this.doubtful?.line === line - 1) this.doubtful = undefined;
  }

  private applyEntry(entry: ApprovalChange): void {
    if (this.doubtful === undefined && entry.op !== "torn") this.ledger.apply(entry);
  }

  /** It must not fail what is done already: an older head only tells of less. */
  private noteHead(): void {
    try {
      writeHead(this.headPath, this.chain.head);
    } catch {
      // The lines themselves are on the disk.
    }
  }

  private get headPath(): string {
    return `${this.path}.head`;
  }

  private withFile(body: (fd: number) => void): void {
    let fd: number | undefined;
    try {
      mkdirSync(dirname(this.path), { recursive: true, mode: 0o700 });
      fd = openSync(this.path, "a+", 0o600);
      body(fd);
    } catch (cause) {
      if (CarError.isInstance(cause)) throw cause;
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new StoreWriteError(`the approvals in \`${this.path}\` were refused: ${reason}`, { cause });
    } finally {
      if (fd !== undefined) closeSync(fd);
    }
  }
}

function endsWhole(fd: number): boolean {
  const { size } = fstatSync(fd);
  if (size === 0) return true;
  const last = Buffer.alloc(1);
  readSync(fd, last, 0, 1, size - 1);
  return last[0] === LINE_FEED;
}
