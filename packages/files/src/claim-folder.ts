import { join } from "node:path";
import { type ClaimOwner, hasEnded, isAlive, parseOwner, thisProcess } from "./claim-owner.js";
import type { FolderSystem } from "./file-system.js";
import { writeWhole } from "./write-whole.js";

const CLAIM = /^\d+$/;

/** Whose a folder is asked to be. */
export interface ClaimRequest {
  readonly fs: FolderSystem;
  /** Where the claims lie: a folder that is used for nothing else; made, for its owner only, when it does not exist. Local, no network's. */
  readonly path: string;
  /** An owner that has not renewed its claim for so long is taken for dead. */
  readonly leaseMs: number;
  /** Waits for an owner that lives on this machine, also when it does not renew its claim. Default false. */
  readonly sparesLiving?: boolean;
  /** The highest epoch that is known from elsewhere: a claim is higher. Asked while claiming. Default 0. */
  readonly above?: () => number;
}

/** A claim, or who else has the folder, as far as that is known. */
export type ClaimAnswer = { readonly claim: FolderClaim } | { readonly heldBy: ClaimOwner | undefined };

/** The right to write what a folder is for, until somebody claims a higher epoch. */
export class FolderClaim {
  /** Number of this claim; higher than that of any before. */
  readonly epoch: number;
  /** Who had the folder before and did not give it back. */
  readonly tookOver: ClaimOwner | undefined;
  private readonly place: ClaimPlace;
  private readonly fd: number;
  private readonly heartbeat: NodeJS.Timeout;
  private isReleased = false;

  constructor({ epoch, fd, request: { fs, path, leaseMs }, tookOver }: NewClaim) {
    this.place = { fs, path };
    this.epoch = epoch;
    this.fd = fd;
    this.tookOver = tookOver;
    this.heartbeat = setInterval(() => this.beat(), leaseMs / 3).unref();
  }

  /**
   * True when the folder belongs to somebody else, or was given back.
   *
   * INVARIANT: whoever calls this after a write was synced, and gets false, has that write for good, if owners find out
   * what is written after they have claimed. The epoch after this one is claimed before its owner looks. So when the
   * claim is not there yet, the owner to come will find the bytes that are on the disk by now; bytes that come later are
   * followed by a check that says true. Claims are removed lowest first, and only by the owner of a higher one: whenever
   * the next claim is gone again, so is this one, and then its file has no name.
   */
  isOver(): boolean {
    const { fs } = this.place;
    if (this.isReleased || fs.existsSync(claimFile(this.place, this.epoch + 1))) return true;
    return fs.fstatSync(this.fd).nlink === 0;
  }

  /** Gives the folder back, so that the next owner need not wait for the lease to end. The second call does nothing. */
  release(): void {
    if (this.isReleased) return;
    this.isReleased = true;
    clearInterval(this.heartbeat);
    giveBack(this.place.fs, this.fd);
  }

  private beat(): void {
    const now = Date.now() / 1_000;
    try {
      this.place.fs.futimesSync(this.fd, now, now);
    } catch {
      // Then the lease ends, somebody else may claim the folder, and `isOver` says so.
    }
  }
}

type ClaimPlace = Pick<ClaimRequest, "fs" | "path">;

interface NewClaim {
  readonly epoch: number;
  readonly fd: number;
  readonly request: ClaimRequest;
  readonly tookOver: ClaimOwner | undefined;
}

/**
 * Claims the next epoch of a folder, unless its owner lives and renews its claim. A process that is known to have ended
 * is followed at once; a copy of a folder belongs to nobody.
 * @throws the file system's error; then nothing is left that keeps the next claim out.
 */
export function claimFolder(request: ClaimRequest): ClaimAnswer {
  const { fs, path, above = () => 0 } = request;
  fs.mkdirSync(path, { recursive: true, mode: 0o700 });
  const lastEpoch = (): number => Math.max(above(), ...claimsIn(request));
  for (;;) {
    const last = lastEpoch();
    const former = last === 0 ? { kind: "none" as const } : formerOwner(request, last);
    if (former.kind === "holds") return { heldBy: former.owner };
    const epoch = last + 1;
    const fd = exclusive(request, epoch);
    // Somebody else was faster; each turn of this loop is another claim.
    if (fd === undefined) continue;
    try {
      writeWhole({ fs, fd }, Buffer.from(JSON.stringify(thisProcess(inodeOf(fs, fd)))));
      // Claims that were removed in between may have made room below one that is alive.
      if (lastEpoch() === epoch) {
        removeClaims(request, epoch);
        return { claim: new FolderClaim({ epoch, fd, request, tookOver: former.owner }) };
      }
    } catch (error) {
      giveBack(fs, fd);
      throw error;
    }
    fs.closeSync(fd);
  }
}

/** Ends a claim at once: a file of this time is nobody's. It stays, since `isOver` relies on who removes claims, and when. */
function giveBack(fs: FolderSystem, fd: number): void {
  try {
    fs.futimesSync(fd, 0, 0);
  } finally {
    fs.closeSync(fd);
  }
}

/** `none`: nobody had it, or it was given back; `left`: its owner is taken for dead. */
interface Former {
  readonly kind: "none" | "left" | "holds";
  readonly owner?: ClaimOwner | undefined;
}

function formerOwner(request: ClaimRequest, epoch: number): Former {
  const { fs, leaseMs, sparesLiving = false } = request;
  const file = claimFile(request, epoch);
  if (!fs.existsSync(file)) return { kind: "none" };
  const fd = fs.openSync(file, "r+");
  try {
    const owner = parseOwner(fs.readFileSync(fd, "utf8"));
    const { mtimeMs } = fs.fstatSync(fd);
    if (mtimeMs === 0 || (owner !== undefined && owner.inode !== inodeOf(fs, fd))) return { kind: "none" };
    if (sparesLiving && owner !== undefined && isAlive(owner)) return { kind: "holds", owner };
    const now = Date.now();
    const isHeld = now - mtimeMs <= leaseMs && (owner === undefined || !hasEnded(owner));
    if (!isHeld) return { kind: "left", owner };
    // By another clock, and nobody knows how far off: the lease runs from now, and an owner that lives renews it.
    if (mtimeMs > now) fs.futimesSync(fd, now / 1_000, now / 1_000);
    return { kind: "holds", owner };
  } finally {
    fs.closeSync(fd);
  }
}

function exclusive(place: ClaimPlace, epoch: number): number | undefined {
  try {
    return place.fs.openSync(claimFile(place, epoch), "wx", 0o600);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return undefined;
    throw error;
  }
}

function claimsIn({ fs, path }: ClaimPlace): readonly number[] {
  return fs
    .readdirSync(path)
    .filter((name) => CLAIM.test(name))
    .map(Number);
}

/** Removes the claims before `epoch`, lowest first, as `isOver` needs it. */
function removeClaims(place: ClaimPlace, epoch: number): void {
  const older = claimsIn(place).filter((claim) => claim < epoch);
  for (const claim of older.sort((left, right) => left - right)) {
    place.fs.rmSync(claimFile(place, claim), { force: true });
  }
}

function claimFile({ path }: ClaimPlace, epoch: number): string {
  return join(path, String(epoch));
}

function inodeOf(fs: FolderSystem, fd: number): string {
  return String(fs.fstatSync(fd, { bigint: true }).ino);
}
