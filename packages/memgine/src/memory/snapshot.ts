import { MemoryCorruptError } from "@car/ir";
import { type CoreExport, exportCore, importCore } from "../core/export.js";
import type { Skill } from "../skills/skill.js";
import type { Operation } from "../core/operation.js";
import { applyOperation, giveToEmbedder } from "./apply.js";
import type { State } from "./state.js";

/** A whole memory as JSON. */
export interface MemorySnapshot {
  readonly format_version: 1;
  readonly core: CoreExport;
  readonly skills: readonly Skill[];
}

/** Writes a memory down. Vectors are left out: they are made anew. */
export function snapshotOf({ core, book }: State): MemorySnapshot {
  return { format_version: 1, core: exportCore(core), skills: [...book.values()] };
}

/** Fills an empty memory from a snapshot. @throws `CAR_MEMORY_CORRUPT` when it is none. */
export function loadSnapshot(state: State, snapshot: MemorySnapshot): void {
  if (snapshot.format_version !== 1 || !Array.isArray(snapshot.core?.nodes)) {
    throw new MemoryCorruptError("the snapshot is of no known format");
  }
  importCore(state.core, snapshot.core);
  for (const skill of snapshot.skills) state.book.set(skill.id, skill);
  giveToEmbedder(state);
}

/** The snapshot that a journal holds. @throws `CAR_MEMORY_CORRUPT` when it is no JSON. */
export function parseSnapshot(text: string): MemorySnapshot {
  try {
    return JSON.parse(text) as MemorySnapshot;
  } catch (cause) {
    throw new MemoryCorruptError(`the snapshot is no JSON: ${String(cause)}`, { cause });
  }
}

/** Does again what a journal holds. @throws `CAR_MEMORY_CORRUPT` with the number of the operation that does not read. */
export function replay(state: State, operations: readonly string[]): void {
  for (const [index, line] of operations.entries()) {
    try {
      applyOperation(state, JSON.parse(line) as Operation);
    } catch (cause) {
      throw new MemoryCorruptError(`operation ${index + 1} does not apply: ${String(cause)}`, { cause });
    }
  }
}
