import { createHash } from "node:crypto";
import type { ApprovalLink } from "./approval-line.js";

/** The end of a file: how many lines it has, and the hash of all of them. */
export interface ApprovalHead {
  readonly lines: number;
  readonly hash: string;
}

/**
 * Follows the lines of a file. Several processes append to it without a lock, so a line does not name the one before it
 * but the hash of all lines that its writer had read, and its number among the lines of its writer.
 *
 * INVARIANT: every line names a hash that the file had before it, and the lines of a writer are numbered without a gap.
 * So a line that is taken out, changed, moved or repeated leaves one behind that does not fit.
 */
export class ApprovalChain {
  private hash = "0".repeat(64);
  private lines = 0;
  /** After how many lines the file had which hash. */
  private readonly hashes = new Map([[this.hash, 0]]);
  private readonly counts = new Map<string, number>();

  get head(): ApprovalHead {
    return { lines: this.lines, hash: this.hash };
  }

  /** Where the next line of a writer belongs. */
  nextOf(writer: string): ApprovalLink {
    return { writer, nr: (this.counts.get(writer) ?? 0) + 1, prev: this.hash };
  }

  /** Moves on over a line; `link` is what it says of its place, if it can be read. Gives what is wrong with that. */
  take(bytes: Uint8Array, link: ApprovalLink | undefined): string | undefined {
    const problem = link === undefined ? undefined : this.objectionTo(link);
    this.hash = createHash("sha256").update(this.hash).update(bytes).digest("hex");
    this.hashes.set(this.hash, ++this.lines);
    if (link !== undefined) this.counts.set(link.writer, link.nr);
    return problem;
  }

  /** What is missing or changed when the file once ended with `head`. */
  objectionToHead({ lines, hash }: ApprovalHead): string | undefined {
    if (lines > this.lines) return `line ${this.lines + 1}: it is missing; the file had ${lines} lines`;
    return this.hashes.get(hash) === lines
      ? undefined
      : `line ${lines}: it, or one before it, is not as it was written`;
  }

  private objectionTo({ writer, nr, prev }: ApprovalLink): string | undefined {
    const expected = (this.counts.get(writer) ?? 0) + 1;
    if (nr < expected) return "it stands twice";
    if (nr > expected || !this.hashes.has(prev)) return "a line before it is missing or changed";
    return undefined;
  }
}
