import { appendFileSync, existsSync, readFileSync, truncateSync } from "node:fs";
import type { ExternalEffects, ProposalStatus } from "@car/ir";
import type { WorldCall } from "./world.js";

/** What a process notes before a batch. */
export interface Begun {
  readonly batch: number;
  /** Also those that the harness has added. */
  readonly calls: readonly WorldCall[];
  readonly before: string;
}

/** What the same process, or the next one, notes after it. `none`: the log knows of no such run. */
export interface Ended {
  readonly batch: number;
  /** Another process had begun it. */
  readonly cut: boolean;
  readonly status: ProposalStatus | "none";
  readonly effects: ExternalEffects;
  /** Calls that were undone. */
  readonly undone: number;
  /** Why compensations failed. */
  readonly named: readonly string[];
  readonly after: string;
}

/** A batch from its beginning to its end. */
export type Entry = Begun & Partial<Ended>;

/** A file that outlives the processes that write to it. */
export class Journal {
  private readonly path: string;

  /** Opened by one process at a time. What a killed one has not written as a whole goes, so that nothing is appended to it. */
  constructor(path: string) {
    this.path = path;
    if (existsSync(path)) truncateSync(path, readFileSync(path).lastIndexOf("\n") + 1);
  }

  note(line: Begun | Ended): void {
    appendFileSync(this.path, `${JSON.stringify(line)}\n`);
  }

  /** All batches in order. */
  entries(): readonly Entry[] {
    const entries: Entry[] = [];
    const text = existsSync(this.path) ? readFileSync(this.path, "utf8") : "";
    for (const line of text.split("\n").slice(0, -1)) {
      const noted = JSON.parse(line) as Begun | Ended;
      if ("before" in noted) entries.push(noted);
      else entries.push({ ...entries.pop()!, ...noted });
    }
    return entries;
  }
}
