import type { Screen } from "./screen.js";

/** What was answered; `nobody`: the end of the input came first, or it was not waited for any longer. */
export type Answer = "yes" | "no" | "nobody";

/** Asks whoever is at the other end of the input. */
export interface Asker {
  /** One question at a time, in the order in which they are asked. */
  ask(question: string, signal?: AbortSignal): Promise<Answer>;
  /** Lets go of the input. */
  close(): void;
}

/** The part of standard input that is used. */
export interface AnswerInput extends NodeJS.ReadableStream {
  readonly isTTY?: boolean;
  readonly readableEnded?: boolean;
  setRawMode?(on: boolean): unknown;
}

/** How long what was typed before a question has to arrive, to be dropped. */
const DRAIN_MS = 50;
const CTRL_C = "\u0003";
const LINE_FEED = "\n";

/** Asks on the screen and reads answers from `input`, a terminal or not, which is read from the first question on. */
export function createAsker(screen: Screen, input: AnswerInput): Asker {
  const lines = new AnswerLines(input);
  let last: Promise<unknown> = Promise.resolve();
  const askNow = async (question: string, signal?: AbortSignal): Promise<Answer> => {
    if (signal?.aborted === true) return "nobody";
    await lines.drain();
    screen.hold(question);
    try {
      const line = await lines.next(signal);
      if (line === undefined || !input.isTTY) screen.err.write(LINE_FEED);
      if (line === undefined) return "nobody";
      return /^y(es)?$/i.test(line.trim()) ? "yes" : "no";
    } finally {
      screen.release();
    }
  };
  return {
    ask(question, signal) {
      const answer = last.then(() => askNow(question, signal));
      last = answer.catch(() => undefined);
      return answer;
    },
    close: () => lines.close(),
  };
}

/** The lines of an input that arrive while somebody waits for one. Everything else that arrives is dropped. */
class AnswerLines {
  private readonly input: AnswerInput;
  private isOpen = false;
  private hasEnded = false;
  private text = "";
  private waiting: ((line: string | undefined) => void) | undefined;

  constructor(input: AnswerInput) {
    this.input = input;
  }

  /** Drops what was sent so far; at a terminal also a line that was begun. */
  async drain(): Promise<void> {
    this.open();
    // A terminal gives a begun line away only while it does not gather lines.
    this.input.setRawMode?.(true);
    await new Promise((resolve) => setTimeout(resolve, DRAIN_MS));
    this.input.setRawMode?.(false);
    if (this.input.isTTY && this.text.includes(CTRL_C)) process.kill(process.pid, "SIGINT");
    this.text = "";
  }

  /** The next whole line, or `undefined` when the input ends, or `signal` aborts, before it is whole. */
  next(signal?: AbortSignal): Promise<string | undefined> {
    const line = this.wholeLine();
    if (line !== undefined || this.hasEnded || signal?.aborted === true) return Promise.resolve(line);
    return new Promise((resolve) => {
      const onAbort = (): void => this.settle(undefined);
      this.waiting = (line) => {
        signal?.removeEventListener("abort", onAbort);
        resolve(line);
      };
      signal?.addEventListener("abort", onAbort);
    });
  }

  close(): void {
    if (!this.isOpen) return;
    this.settle(undefined);
    this.input.off("data", this.take).off("end", this.end).off("error", this.end).off("close", this.end).pause();
  }

  private open(): void {
    if (this.isOpen) return;
    this.isOpen = true;
    if (this.input.readableEnded === true) return this.end();
    this.input.on("data", this.take).on("end", this.end).on("error", this.end).on("close", this.end).resume();
  }

  private readonly take = (chunk: Buffer | string): void => {
    this.text += chunk.toString();
    const line = this.wholeLine();
    if (line !== undefined) this.settle(line);
  };

  private readonly end = (): void => {
    this.hasEnded = true;
    this.settle(undefined);
  };

  private wholeLine(): string | undefined {
    const end = this.text.indexOf(LINE_FEED);
    return end < 0 ? undefined : this.text.slice(0, end);
  }

  private settle(line: string | undefined): void {
    const { waiting } = this;
    this.waiting = undefined;
    waiting?.(line);
  }
}
