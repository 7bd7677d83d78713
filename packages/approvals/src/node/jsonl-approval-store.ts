import { closeSync, fdatasyncSync, fstatSync, mkdirSync, openSync, readSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import { assertKnownOptions, CarError, StoreCorruptError, StoreWriteError } from "@car/ir";
import type { ApprovalStore } from "@car/ir/ports";
import { type ApprovalEntry, ApprovalLedger } from "../approval-ledger.js";
import { type ApprovalLine, approvalLine, readApprovalLine } from "./approval-line.js";

/** Where requests and answers are kept. */
export interface JsonlApprovalStoreOptions {
  /** The file; made, for its owner only, when it does not exist, and its folder too. */
  readonly path: string;
}

const LINE_FEED = 10;
const NOT_KEPT = "a request or grant has fields that no approval has, so it is not kept";

/**
 * Requests and answers in a file of lines. Each call reads what other processes have added, so that one process may run
 * proposals and another one answer; what is added is on the disk before the call ends. Who writes one line at the same
 * moment as another is served in the order of the file.
 * @throws `StoreWriteError` when the file cannot be opened or written, `StoreCorruptError` naming the line that is not as
 * it was written.
 */
export function jsonlApprovalStore(options: JsonlApprovalStoreOptions): ApprovalStore {
  assertKnownOptions(options, ["path"], "jsonlApprovalStore");
  const { path } = options;
  const file = new ApprovalFile(path);
  const { ledger } = file;
  file.read();
  return {
    supports: { durable: true },
    request(request) {
      file.read();
      file.add(ledger.requesting(request));
    },
    take(query) {
      file.read();
      const { lookup, entry } = ledger.taking(query);
      if (entry === undefined) return lookup;
      file.add(entry);
      // Another process may have been faster: then what is free no more is not given.
      return ledger.taking(query).lookup;
    },
    async decide(id, decision, now) {
      file.read();
      const entry = ledger.deciding(id, decision, now);
      file.add(entry);
      // Another process may have been faster.
      ledger.assertDecided(entry);
      return ledger.requestOf(id);
    },
    async grant(grant) {
      file.read();
      file.add({ op: "grant", grant });
    },
    async pending(now) {
      file.read();
      return ledger.pending(now);
    },
  };
}

class ApprovalFile {
  readonly ledger = new ApprovalLedger();
  private readonly path: string;
  /** Bytes and lines that have been read. */
  private offset = 0;
  private line = 0;
  /** A line that nobody can read and that nobody has called torn yet. */
  private doubtful: number | undefined = undefined;
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
    const line = approvalLine(entry);
    if (readApprovalLine(line.slice(0, -1)) === undefined) throw new StoreWriteError(`${this.path}: ${NOT_KEPT}`);
    this.withFile((fd) => {
      this.follow(fd);
      const mend = endsWhole(fd) ? "" : this.isTailWhole ? "\n" : `\n${approvalLine({ op: "torn" })}`;
      const bytes = Buffer.from(mend + line);
      // One call: lines of several processes do not mix.
      if (writeSync(fd, bytes) !== bytes.length) throw new Error("the disk took only a part of a line");
      fdatasyncSync(fd);
      this.follow(fd);
    });
  }

  private follow(fd: number): void {
    const bytes = Buffer.alloc(Math.max(0, fstatSync(fd).size - this.offset));
    const length = readSync(fd, bytes, 0, bytes.length, this.offset);
    let from = 0;
    for (let end = bytes.indexOf(LINE_FEED); end >= 0 && end < length; end = bytes.indexOf(LINE_FEED, from)) {
      // Nothing is left of a line that had been read without its line feed.
      if (end > from || !this.isTailWhole) this.apply(readApprovalLine(bytes.toString("utf8", from, end)));
      this.isTailWhole = false;
      from = end + 1;
    }
    const tail = from < length ? readApprovalLine(bytes.toString("utf8", from, length)) : undefined;
    if (tail !== undefined) {
      this.apply(tail);
      this.isTailWhole = true;
      from = length;
    }
    this.offset += from;
    if (this.doubtful !== undefined) {
      throw new StoreCorruptError(`${this.path}, line ${this.doubtful}: it is not as it was written`);
    }
  }

  private apply(line: ApprovalLine | undefined): void {
    this.line++;
    if (line?.op === "torn" && this.doubtful === this.line - 1) this.doubtful = undefined;
    else if (line === undefined) this.doubtful ??= this.line;
    else if (line.op !== "torn") this.ledger.apply(line);
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
