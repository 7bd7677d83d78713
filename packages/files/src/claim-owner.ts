import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/** Who has a folder, in its own words. */
export interface ClaimOwner {
  readonly pid: number;
  readonly host: string;
  /** Distinguishes a start of the machine, and a container's own numbering of processes; empty where neither is known. */
  readonly boot: string;
  /** When the process started, in the machine's ticks; empty where that is not known. */
  readonly started: string;
  /** RFC 3339. */
  readonly claimed_at: string;
  /** Inode of the claim file: the file of a copied folder has another, and means nobody. */
  readonly inode: string;
}

/** This process. */
export function thisProcess(inode: string): ClaimOwner {
  const { pid } = process;
  const claimed_at = new Date().toISOString();
  return { pid, host: hostname(), boot: bootOf(), started: statOf(pid)?.started ?? "", claimed_at, inode };
}

/** The owner that a claim names, or `undefined` when its text is not whole. */
export function parseOwner(text: string): ClaimOwner | undefined {
  try {
    const owner = JSON.parse(text) as Partial<ClaimOwner> | null;
    return typeof owner?.pid === "number" && typeof owner.inode === "string" ? (owner as ClaimOwner) : undefined;
  } catch {
    return undefined;
  }
}

/** True when the process certainly lives: it runs on this machine, and started when it says. */
export function isAlive(owner: ClaimOwner): boolean {
  const { pid, host, boot, started } = owner;
  return started !== "" && host === hostname() && boot === bootOf() && statOf(pid) !== undefined && !hasEnded(owner);
}

/** True when the process has certainly ended: it ran on this machine, since its last start, and is there no more. */
export function hasEnded({ pid, host, boot, started }: ClaimOwner): boolean {
  if (host !== hostname() || boot !== bootOf()) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "ESRCH";
  }
  const stat = statOf(pid);
  if (stat === undefined || started === "") return false;
  // The number was given to another process, or the process waits only for its parent to take note of its end.
  return stat.started !== started || stat.state === "Z" || stat.state === "X";
}

function bootOf(): string {
  return (
    (tried(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()) ?? "") +
    (tried(() => readlinkSync("/proc/self/ns/pid")) ?? "")
  );
}

/** State and start of a process, on Linux. */
function statOf(pid: number): { readonly state: string; readonly started: string } | undefined {
  const text = tried(() => readFileSync(`/proc/${pid}/stat`, "latin1"));
  // The name, in parentheses, may hold anything; the state is the field after it, the start the 20th.
  const fields = text?.slice(text.lastIndexOf(")") + 2).split(" ");
  return fields === undefined ? undefined : { state: fields[0] ?? "", started: fields[19] ?? "" };
}

function tried<T>(body: () => T): T | undefined {
  try {
    return body();
  } catch {
    // Not Linux, or not allowed: the lease alone decides then.
    return undefined;
  }
}
