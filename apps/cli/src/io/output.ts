import { printable, printableJson } from "@car/ir/internal";
import { fitted } from "../show/fit.js";
import { painted } from "../show/paint.js";
import type { Answer, Asker } from "./asker.js";
import type { Screen } from "./screen.js";

/** Where a command writes, and whom it asks. Whatever it is given may come from a model: it is made printable here, and only here. */
export interface Output {
  /** Machine-readable output is wanted. */
  readonly json: boolean;
  /** A person watches: lines may be redrawn. */
  readonly interactive: boolean;
  /** Columns of the terminal that the answer goes to, if it is one. */
  readonly columns: number | undefined;
  /** Nobody reads the answer any more: what is left of it need not be made. */
  readonly isGone: boolean;
  /** One line of the answer; where a terminal breaks it, it goes on `hang` columns in. */
  line(text?: string, hang?: number): void;
  /** The whole answer as JSON. */
  value(value: unknown): void;
  /** One event, or another part of an answer that is a list, as JSON on a line of its own. */
  item(value: unknown): void;
  /** One line beside the answer: errors, and what a person is told while something runs. */
  aside(text: string, hang?: number): void;
  /** Takes the place of the last such line; nothing removes it. */
  progress(text: string): void;
  /** Shows lines and a question, one at a time. */
  ask(lines: readonly string[], question: string, signal?: AbortSignal): Promise<Answer>;
}

const HANG = 4;

/** What commands write, made for a screen. */
export function outputTo(
  { json, interactive }: Pick<Output, "json" | "interactive">,
  { screen, asker }: { readonly screen: Screen; readonly asker: Asker },
): Output {
  const lineFor = (sink: "out" | "err", text: string, hang: number): string => {
    const { columns, hasColors } = screen[sink];
    return `${fitted(painted(text, hasColors), columns, hang).join("\n")}\n`;
  };
  const json1 = (value: unknown, indent: number): void =>
    screen.write("out", `${printableJson(JSON.stringify(value, null, indent))}\n`);
  return {
    json,
    interactive,
    columns: screen.out.columns,
    get isGone() {
      return screen.out.isGone;
    },
    line: (text = "", hang = HANG) => screen.write("out", lineFor("out", text, hang)),
    value: (value) => json1(value, 2),
    item: (value) => json1(value, 0),
    aside: (text, hang = HANG) => screen.write("err", lineFor("err", text, hang)),
    progress: (text) => interactive && screen.progress(printable(text)),
    ask: (lines, question, signal) =>
      asker.ask([...lines.map((line) => lineFor("err", line, HANG)), question].join(""), signal),
  };
}
