/** Where text goes, and what may be sent there. */
export interface Sink {
  write(text: string): void;
  /** Columns of a terminal; absent where lines are as long as they are. */
  readonly columns?: number | undefined;
  readonly hasColors: boolean;
  /** Nobody reads any more. */
  readonly isGone: boolean;
}

const CLEAR = "\r\u001b[K";

/**
 * The answer and what stands beside it. Both may be the same terminal, whose last line may tell how far things are: it stays the last
 * one. While a question waits for its answer nothing else is written.
 */
export class Screen {
  readonly out: Sink;
  readonly err: Sink;
  private shown = "";
  private held: (() => void)[] | undefined;

  constructor(out: Sink, err: Sink) {
    this.out = out;
    this.err = err;
  }

  /** Whole lines. */
  write(sink: "out" | "err", text: string): void {
    if (this.held !== undefined) {
      this.held.push(() => this.write(sink, text));
      return;
    }
    const { shown } = this;
    this.progress("");
    this[sink].write(text);
    this.progress(shown);
  }

  /** Takes the place of the last such line. */
  progress(text: string): void {
    if (this.held !== undefined || text === this.shown) return;
    this.err.write(CLEAR + text);
    this.shown = text;
  }

  /** Shows a question; what is written from now on waits for `release`. */
  hold(question: string): void {
    this.progress("");
    this.err.write(question);
    this.held = [];
  }

  /** Goes on after a question. */
  release(): void {
    const held = this.held ?? [];
    this.held = undefined;
    for (const write of held) write();
  }
}
