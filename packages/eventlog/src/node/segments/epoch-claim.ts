import { join } from "node:path";
import { LogFencedError, LogLockedError } from "@car/ir";
import { writeWhole } from "../write-whole.js";
import { EPOCHS, type LogFolder } from "./log-folder.js";
import { hasEnded, type LogOwner, parseOwner, thisProcess } from "./log-owner.js";
import { parseSegmentName } from "./segment-name.js";

const CLAIM = /^\d+$/;

/** The right to write a log, until somebody claims a higher epoch. */
export class EpochClaim {
  readonly epoch: number;
  /** Who held the log before and did not give it back. */
  readonly tookOver: LogOwner | undefined;
  private readonly folder: LogFolder;
  private readonly fd: number;
  private readonly heartbeat: NodeJS.Timeout;

  constructor(folder: LogFolder, { epoch, fd, leaseMs, tookOver }: NewClaim) {
    this.folder = folder;
    this.epoch = epoch;
    this.fd = fd;
    this.tookOver = tookOver;
    this.heartbeat = setInterval(() => this.beat(), leaseMs / 3).unref();
  }

  /**
   * Throws `LogFencedError` when the log belongs to somebody else.
   *
   * INVARIANT: whoever calls this after a write was synced, and gets no error, has that write in the log for good. The
   * epoch after this one is claimed before its owner looks at the length of any segment. So when the claim is not there
   * yet, the owner to come will find the bytes that are on the disk by now; bytes that come later are followed by a
   * check that fails. Claims are removed lowest first, and only by the owner of a higher one: whenever the next claim
   * is gone again, so is this one, and then its file has no name.
   */
  check(): void {
    const { fs } = this.folder;
    const isNextClaimed = fs.existsSync(claimFile(this.folder, this.epoch + 1));
    if (!isNextClaimed && fs.fstatSync(this.fd).nlink > 0) return;
    throw new LogFencedError(`the log \`${this.folder.path}\` was taken over: epoch ${this.epoch} is over`);
  }

  /** Gives the log back, so that the next owner need not wait for the lease to end. */
  release(): void {
    clearInterval(this.heartbeat);
    giveBack(this.folder, this.fd);
  }

  private beat(): void {
    const now = Date.now() / 1_000;
    try {
      this.folder.fs.futimesSync(this.fd, now, now);
    } catch {
      // Then the lease ends, somebody else may claim the log, and `check` says so.
    }
  }
}

interface NewClaim {
  readonly epoch: number;
  readonly fd: number;
  readonly leaseMs: number;
  readonly tookOver: LogOwner | undefined;
}

/**
 * Claims the next epoch of the log.
 * @throws `LogLockedError` while its owner lives and renews its lease.
 */
export function claimEpoch(folder: LogFolder, leaseMs: number): EpochClaim {
  const { fs, path } = folder;
  fs.mkdirSync(join(path, EPOCHS), { recursive: true, mode: 0o700 });
  for (;;) {
    const last = lastEpoch(folder);
    const tookOver = last === 0 ? undefined : formerOwner(folder, last, leaseMs);
    const epoch = last + 1;
    const fd = exclusive(folder, epoch);
    if (fd === undefined) continue;
    try {
      writeWhole({ fs, fd }, Buffer.from(JSON.stringify(thisProcess(inodeOf(folder, fd)))));
      // Claims that were removed in between may have made room below one that is alive.
      if (lastEpoch(folder) === epoch) {
        removeClaims(folder, epoch);
        return new EpochClaim(folder, { epoch, fd, leaseMs, tookOver });
      }
    } catch (error) {
      giveBack(folder, fd);
      throw error;
    }
    fs.closeSync(fd);
  }
}

/** Ends a claim at once: a file of this time is nobody's. It stays, since `check` relies on who removes claims, and when. */
function giveBack({ fs }: LogFolder, fd: number): void {
  try {
    fs.futimesSync(fd, 0, 0);
  } finally {
    fs.closeSync(fd);
  }
}

/** The owner of an epoch when it did not give the log back. Throws when it still has it. */
function formerOwner(folder: LogFolder, epoch: number, leaseMs: number): LogOwner | undefined {
  const { fs } = folder;
  const file = claimFile(folder, epoch);
  if (!fs.existsSync(file)) return undefined;
  const fd = fs.openSync(file, "r+");
  try {
    const owner = parseOwner(fs.readFileSync(fd, "utf8"));
    const { mtimeMs } = fs.fstatSync(fd);
    if (mtimeMs === 0 || (owner !== undefined && owner.inode !== inodeOf(folder, fd))) return undefined;
    const now = Date.now();
    const isHeld = now - mtimeMs <= leaseMs && (owner === undefined || !hasEnded(owner));
    if (!isHeld) return owner;
    // By another clock, and nobody knows how far off: the lease runs from now, and an owner that lives renews it.
    if (mtimeMs > now) fs.futimesSync(fd, now / 1_000, now / 1_000);
    const who = owner === undefined ? "a process that just started" : `process ${owner.pid} on ${owner.host}`;
    throw new LogLockedError(
      `the log \`${folder.path}\` is written by ${who}`,
      owner === undefined ? {} : { ...owner },
    );
  } finally {
    fs.closeSync(fd);
  }
}

function exclusive(folder: LogFolder, epoch: number): number | undefined {
  try {
    return folder.fs.openSync(claimFile(folder, epoch), "wx", 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return undefined;
    throw error;
  }
}

/** The highest epoch that was ever claimed, as far as claims and segments tell; 0 for a new log. */
function lastEpoch({ fs, path }: LogFolder): number {
  const claims = fs
    .readdirSync(join(path, EPOCHS))
    .filter((name) => CLAIM.test(name))
    .map(Number);
  const segments = fs.readdirSync(path).map((name) => parseSegmentName(name)?.epoch ?? 0);
  return Math.max(0, ...claims, ...segments);
}

/** Removes the claims before `epoch`, lowest first, as `check` needs it. */
function removeClaims({ fs, path }: LogFolder, epoch: number): void {
  const names = fs.readdirSync(join(path, EPOCHS)).filter((name) => CLAIM.test(name));
  const older = names.filter((name) => Number(name) < epoch).sort((left, right) => Number(left) - Number(right));
  for (const name of older) fs.rmSync(join(path, EPOCHS, name), { force: true });
}

function claimFile({ path }: LogFolder, epoch: number): string {
  return join(path, EPOCHS, String(epoch));
}

function inodeOf({ fs }: LogFolder, fd: number): string {
  return String(fs.fstatSync(fd, { bigint: true }).ino);
}
