import type { UnfinishedRuns } from "./durable-parts.js";

/** Keeps the runs that were left from being taken up twice. */
export class LeftRuns implements UnfinishedRuns {
  private seq: number | undefined;
  private taking: Promise<unknown> | undefined = undefined;

  constructor(from: number | undefined) {
    this.seq = from;
  }

  get from(): number | undefined {
    return this.seq;
  }

  async takeUp<T>(body: (from: number, onTaken: () => void) => Promise<T>): Promise<T | undefined> {
    const from = this.seq;
    if (from === undefined) return undefined;
    if (this.taking !== undefined) {
      // Somebody else is at it: what they are told of the runs, they are told.
      await this.taking;
      return undefined;
    }
    const taken = body(from, () => (this.seq = undefined));
    this.taking = taken;
    try {
      return await taken;
    } catch (error) {
      this.taking = undefined;
      throw error;
    }
  }
}
