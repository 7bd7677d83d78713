import type { IdSource, RunScope } from "@car/ir/ports";
import { LazyRunScope, type Proposed, type RunOwner } from "./run-scope.js";

const MAX_NUMBER = 0xffff_ffff;

/** Names the runs of one runtime: 96 bits drawn once, and a counter. */
export class RunNames {
  private readonly ids: IdSource;
  private prefix: string;
  private last = 0;

  constructor(ids: IdSource) {
    this.ids = ids;
    this.prefix = ids.hex(12);
  }

  /** The beginning of the ids of this runtime's runs, 24 hex characters. */
  get runtime(): string {
    return this.prefix;
  }

  /** The scope of the next run. */
  next(proposed: Proposed, owner: RunOwner): RunScope {
    if (this.last === MAX_NUMBER) {
      this.prefix = this.ids.hex(12);
      this.last = 0;
    }
    return new LazyRunScope(this.prefix, ++this.last, proposed, owner);
  }

  /** An id for a proposal that has none: 12 hex characters. */
  proposalId(): string {
    return this.ids.hex(6);
  }
}
