import type { FolderSystem } from "@car/files";
import type { StateView } from "@car/ir/ports";
import type { StoredReceipt } from "../recovery/durable-parts.js";
import {
  entryLine,
  headerLine,
  readSnapshot,
  receiptLine,
  type Snapshot,
  type SnapshotHeader,
  SnapshotWriter,
} from "./snapshot-file.js";

/** Snapshots that are kept: should the newest be damaged, the one before serves. */
const KEPT = 2;
const DIGITS = 16;
const SUFFIX = ".jsonl";

/** What a snapshot is made of. The view is released by whoever took it. */
export interface SnapshotSource {
  readonly header: SnapshotHeader;
  readonly keys: readonly string[];
  readonly view: StateView;
  readonly receipts: readonly StoredReceipt[];
}

/** The folder of a store's snapshots. */
export class SnapshotFolder {
  private readonly fs: FolderSystem;
  private readonly path: string;

  constructor(fs: FolderSystem, path: string) {
    this.fs = fs;
    this.path = path;
    fs.mkdirSync(path, { recursive: true, mode: 0o700 });
  }

  /** Removes what an earlier process did not finish writing; only for whoever has the store. */
  removeUnfinished(): void {
    for (const name of this.fs.readdirSync(this.path)) {
      if (name.endsWith(".tmp")) this.fs.unlinkSync(`${this.path}/${name}`);
    }
  }

  /** The snapshots that are whole, the newest first, read one by one. */
  *whole(): Generator<Snapshot> {
    for (const name of this.names().reverse()) {
      const snapshot = readSnapshot(this.fs, `${this.path}/${name}`);
      if (snapshot !== undefined) yield snapshot;
    }
  }

  /** Sequence from which the log is needed by the oldest snapshot that is kept; `undefined` when none is whole. */
  neededFrom(): number | undefined {
    let needed: number | undefined;
    for (const { head, openFrom } of this.whole()) needed = Math.min(needed ?? Infinity, openFrom ?? head.seq + 1);
    return needed;
  }

  /** Removes snapshots of what is not in the log: once the log has grown past them, they would be of another history. */
  removeAfter(seq: number): void {
    for (const name of this.names()) {
      if (Number.parseInt(name, 10) > seq) this.fs.unlinkSync(`${this.path}/${name}`);
    }
  }

  /** Writes a snapshot, in pieces, so that runs go on meanwhile. */
  async write({ header, keys, view, receipts }: SnapshotSource): Promise<void> {
    const name = `${String(header.head.seq).padStart(DIGITS, "0")}${SUFFIX}`;
    const writer = new SnapshotWriter(this.fs, `${this.path}/${name}`);
    try {
      writer.line(headerLine(header));
      for (const key of keys) if (writer.line(entryLine(key, view.entry(key)!))) await turn();
      for (const receipt of receipts) if (writer.line(receiptLine(receipt))) await turn();
      writer.finish();
    } finally {
      writer.drop();
    }
    this.removeOld();
  }

  private removeOld(): void {
    for (const name of this.names().slice(0, -KEPT)) this.fs.unlinkSync(`${this.path}/${name}`);
  }

  private names(): string[] {
    const names = this.fs.readdirSync(this.path);
    return names.filter((name) => /^\d+\.jsonl$/.test(name)).sort();
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}
