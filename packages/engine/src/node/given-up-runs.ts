import { crc32 } from "node:zlib";
import { type FolderSystem, syncFolder, writeWhole } from "@car/files";
import type { SegmentEventLog } from "@car/eventlog/node";

/** A record is a run's id, filled up with blanks, its checksum, and a line feed. */
const ID_BYTES = 54;
const RECORD_BYTES = ID_BYTES + 10;
const RECORD = /^([!-~]+) *([0-9a-f]{8})\n$/;
/** Runs that one process can give up. */
const MAX_RECORDS = 1_024;

/** Where the records are kept, and who may write them. */
export interface GivenUpPlace {
  readonly fs: FolderSystem;
  /** A folder with a file for each process that has had the store, by the number of its claim. */
  readonly path: string;
  readonly log: Pick<SegmentEventLog, "opened" | "assertOwner">;
}

/**
 * Notes which runs were answered as undone when the log could not take their ends any more, on a full disk for one. Their
 * records need no room then: the file is written, full of zeros, when the store is opened.
 *
 * INVARIANT: a run for which `add` said true is seen by every later owner of the store, until its end is in the log.
 * Records are synced before the claim is looked at, and a new owner reads them after it has claimed the store.
 */
export class GivenUpRuns {
  /** What earlier processes gave up and `isOpen` says has no end yet. */
  readonly earlier: ReadonlySet<string>;
  private readonly place: GivenUpPlace;
  private readonly fd: number;
  private used = 0;
  private waiting: string[] = [];
  private round: Promise<boolean> | undefined = undefined;
  private isClosed = false;

  constructor(place: GivenUpPlace, isOpen: (runId: string) => boolean) {
    const { fs, path, log } = place;
    this.place = place;
    fs.mkdirSync(path, { recursive: true, mode: 0o700 });
    this.earlier = earlierRuns(place, isOpen);
    this.fd = fs.openSync(`${path}/${log.opened.epoch}`, "w", 0o600);
    try {
      writeWhole({ fs, fd: this.fd }, Buffer.alloc(MAX_RECORDS * RECORD_BYTES));
      fs.fsyncSync(this.fd);
      syncFolder(path, fs);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Resolves with true when the run's record is on the disk and the store is still this process's. */
  add(runId: string): Promise<boolean> {
    this.waiting.push(runId);
    // All runs that a failure ends in one turn share one sync.
    return (this.round ??= new Promise((resolve) => void setImmediate(() => resolve(this.write()))));
  }

  /** Frees the file. It stays for the next owner, who removes it when nothing in it is needed. */
  close(): void {
    this.isClosed = true;
    this.place.fs.closeSync(this.fd);
  }

  private write(): boolean {
    const { fs, log } = this.place;
    const records = this.waiting.map(recordOf);
    const at = this.used;
    this.waiting = [];
    this.round = undefined;
    if (this.isClosed || records.includes(undefined) || at + records.length > MAX_RECORDS) return false;
    this.used += records.length;
    try {
      writeWhole({ fs, fd: this.fd, position: at * RECORD_BYTES }, Buffer.from(records.join("")));
      fs.fdatasyncSync(this.fd);
      log.assertOwner();
      return true;
    } catch {
      // Whether a record is there or not: nobody was told that it is.
      return false;
    }
  }
}

/** Reads the files of earlier owners, and removes those that name no open run. */
function earlierRuns({ fs, path }: GivenUpPlace, isOpen: (runId: string) => boolean): ReadonlySet<string> {
  const runs = new Set<string>();
  for (const name of fs.readdirSync(path)) {
    const open = runsIn(fs.readFileSync(`${path}/${name}`).toString("latin1")).filter(isOpen);
    if (open.length === 0) fs.unlinkSync(`${path}/${name}`);
    for (const runId of open) runs.add(runId);
  }
  return runs;
}

function recordOf(runId: string): string | undefined {
  const record = `${runId.padEnd(ID_BYTES)} ${checksum(runId)}\n`;
  return record.length === RECORD_BYTES && RECORD.test(record) ? record : undefined;
}

/** The ids of whole records; what was cut off was confirmed to nobody. */
function runsIn(text: string): readonly string[] {
  const runs: string[] = [];
  for (let at = 0; at < text.length; at += RECORD_BYTES) {
    const [, runId, sum] = RECORD.exec(text.slice(at, at + RECORD_BYTES)) ?? [];
    if (runId !== undefined && sum === checksum(runId)) runs.push(runId);
  }
  return runs;
}

function checksum(runId: string): string {
  return crc32(runId).toString(16).padStart(8, "0");
}
