import type { Paint } from "./paint.js";
import { wrap } from "./wrap.js";

/** One thing the story says and checked. */
export interface Claim {
  readonly text: string;
  readonly holds: boolean;
}

/** Where the account goes: a line without its line break. */
export type Print = (line: string) => void;

/** Columns before the text of a line or a claim. */
const INDENT = 5;

/** Writes the story down, and keeps every claim with its truth. */
export class Account {
  readonly paint: Paint;
  readonly width: number;
  private readonly print: Print;
  private readonly made: Claim[] = [];

  constructor(print: Print, { paint, width }: { readonly paint: Paint; readonly width: number }) {
    this.print = print;
    this.paint = paint;
    this.width = width;
  }

  /** Every claim so far. */
  get claims(): readonly Claim[] {
    return this.made;
  }

  /** The headline of the whole story. */
  headline(text: string): void {
    this.print("");
    this.print(` ${this.paint.bold(text)}`);
    this.print(` ${this.paint.dim("─".repeat(this.width - 2))}`);
  }

  /** The headline of an act. */
  act(number: number, title: string): void {
    this.print("");
    this.print(` ${this.paint.accent(this.paint.bold(String(number)))}  ${this.paint.bold(title)}`);
  }

  /** A named fact; long ones go on in the next line. */
  fact(name: string, text: string): void {
    const lines = wrap(text, this.width - INDENT - 11);
    lines.forEach((line, index) => {
      this.line(`${this.paint.dim((index === 0 ? name : "").padEnd(10))} ${line}`);
    });
  }

  /** A line as it is, beside the bar that tells what happened from what was checked. */
  line(text: string): void {
    this.print(`   ${this.paint.dim("│")} ${text}`.trimEnd());
  }

  /** Says something that was checked. When it does not hold it is said so, and the story fails. */
  claim(text: string, holds: boolean): void {
    this.made.push({ text, holds });
    const mark = holds ? this.paint.good("✓") : this.paint.bad("✗");
    const words = holds ? text : `NOT SO: ${text}`;
    wrap(words, this.width - INDENT - 1).forEach((line, index) => {
      this.print(`   ${index === 0 ? mark : " "} ${holds ? line : this.paint.bad(line)}`);
    });
  }
}
