/** One round of a group commit: what everybody who waits in it waits for. */
interface Round {
  readonly done: Promise<void>;
  /** Sequence that is confirmed when it is done; known once it has begun. */
  through: number;
}

/** What a round does. */
export interface CommitWork {
  /** Sequence of the last event that was appended. */
  lastSeq(): number;
  /** Writes and syncs everything that was appended, and checks that this may be confirmed. */
  commit(): Promise<void>;
}

/** Lets one sync serve everybody who waits at that moment; who comes while it is under way is served by the next. */
export class GroupCommit {
  private readonly work: CommitWork;
  private running: Round | undefined;
  private next: Round | undefined;
  private confirmed: number;

  constructor(work: CommitWork) {
    this.work = work;
    this.confirmed = work.lastSeq();
  }

  /** Settles when everything appended so far is confirmed; gives nothing when it is. Rejects with what failed. */
  join(): Promise<void> | undefined {
    const seq = this.work.lastSeq();
    if (seq <= this.confirmed) return undefined;
    if (this.running !== undefined && seq <= this.running.through) return this.running.done;
    return (this.next ??= this.schedule()).done;
  }

  /** Settles, without an error, when no round is under way. */
  async idle(): Promise<void> {
    while (this.running !== undefined) await this.running.done.catch(() => undefined);
  }

  private schedule(): Round {
    const before = this.running?.done.catch(() => undefined);
    // After the tick's other runs have had their say, too.
    const turn = before ?? new Promise<void>((resolve) => setImmediate(resolve));
    return { done: turn.then(() => this.run()), through: 0 };
  }

  private async run(): Promise<void> {
    const round = this.next;
    if (round === undefined) return;
    this.running = round;
    this.next = undefined;
    round.through = this.work.lastSeq();
    try {
      await this.work.commit();
      this.confirmed = round.through;
    } finally {
      this.running = undefined;
    }
  }
}
