import type { JsonObject } from "@car/ir";
import type { Tool } from "@car/ir/ports";
import type { Dice } from "../crash/dice.js";

/** One call of a batch. */
export interface WorldCall {
  readonly tool: string;
  readonly parameters: JsonObject;
}

/** The tools of a kit on one world, alive until they are closed or their process is killed. */
export interface OpenWorld {
  /** All that the kit gives: the readers and restorers too, and wrapped tools if the kit wraps any. */
  readonly tools: readonly Tool[];
  close(): void | Promise<void>;
}

/**
 * A thing that a kit changes: a folder of files, a repository, a database. The harness gives it a folder of its own, calls its
 * tools in batches in processes that are killed, and holds what is left against what was there. Batches follow one another, and so do
 * the calls of a batch.
 */
export interface World {
  readonly name: string;
  /** Makes the thing in an empty folder. Called once, in a process that is not killed. */
  create(folder: string): void | Promise<void>;
  /** The kit's tools. Called in each process, so it finds whatever the one before has left, locks too. */
  open(folder: string): OpenWorld | Promise<OpenWorld>;
  /**
   * All that an undone batch has to leave as it was, as text, read without the kit while nothing else runs. Equal texts mean
   * equal things. What the kit keeps for itself, such as stored contents, is not in it.
   */
  snapshot(folder: string): string | Promise<string>;
  /**
   * One to about six calls, drawn from the dice alone (so the same dice give the same calls): mostly such as succeed, some that
   * the tools refuse. The harness adds calls that fail, and aborts batches.
   */
  randomCalls(dice: Dice): readonly WorldCall[];
  /**
   * The calls of the committed batches, made once more in a second world, give an equal snapshot: so the harness sees a call
   * that was lost or made twice. False when a snapshot has what differs from one time to the next (the hashes of commits with their times).
   */
  readonly isRepeatable: boolean;
}
