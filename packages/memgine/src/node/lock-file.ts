import { closeSync, openSync, readFileSync, rmSync, writeSync } from "node:fs";
import { MemoryLockedError, MemoryWriteError } from "@car/ir";

/** Files locked by this process: a process that is alive says nothing about who in it holds one. */
const held = new Set<string>();

/** Takes a lock that dies with the process; gives the function that frees it. @throws `CAR_MEMORY_LOCKED`, `CAR_MEMORY_WRITE_FAILED` */
export function takeLock(path: string): () => void {
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      makeLock(path);
      held.add(path);
      return () => {
        held.delete(path);
        rmSync(path, { force: true });
      };
    } catch (cause) {
      if ((cause as { code?: unknown }).code !== "EEXIST") throw cause;
      const owner = ownerOf(path);
      if (owner !== undefined && isAlive(owner, path)) {
        throw new MemoryLockedError(`process ${owner} has the memory open (\`${path}\`)`, { cause });
      }
      rmSync(path, { force: true });
    }
  }
  throw new MemoryLockedError(`another process took \`${path}\` first`);
}

/** On a full disk a lock that does not say whose it is, or says it by halves, must not stay. */
function makeLock(path: string): void {
  const file = openSync(path, "wx");
  const owner = String(process.pid);
  try {
    if (writeSync(file, owner) < owner.length) throw new Error("the file system wrote only a part of the lock");
  } catch (cause) {
    rmSync(path, { force: true });
    throw new MemoryWriteError(`the lock \`${path}\` could not be written`, { cause });
  } finally {
    closeSync(file);
  }
}

function ownerOf(path: string): number | undefined {
  try {
    const pid = Number(readFileSync(path, "utf8"));
    return Number.isInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number, path: string): boolean {
  // After a restart of the machine or of a container this process may have the number of the one that died.
  if (pid === process.pid) return held.has(path);
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: unknown }).code === "EPERM";
  }
}
