import { printable, printableJson } from "../show/paint.js";

/** Where a command writes, and how. Whatever it is given may come from a model: see `printable`. */
export interface Output {
  /** Machine-readable output is wanted. */
  readonly json: boolean;
  /** A person watches: lines may be redrawn. */
  readonly interactive: boolean;
  /** One line of the answer. */
  line(text?: string): void;
  /** The whole answer as JSON. */
  value(value: unknown): void;
  /** One event, or another part of an answer that is a list, as JSON on a line of its own. */
  item(value: unknown): void;
  /** One line beside the answer: questions, errors. */
  aside(text: string): void;
  /** Takes the place of the last such line; nothing removes it. */
  progress(text: string): void;
}

const CLEAR = "\r\u001b[K";

/** Writes lines: those of the answer, and text beside them. */
export function outputTo(
  { json, interactive }: Pick<Output, "json" | "interactive">,
  { write, writeAside }: { readonly write: (text: string) => void; readonly writeAside: (text: string) => void },
): Output {
  return {
    json,
    interactive,
    line: (text = "") => write(`${printable(text)}\n`),
    value: (value) => write(`${printableJson(JSON.stringify(value, null, 2))}\n`),
    item: (value) => write(`${printableJson(JSON.stringify(value))}\n`),
    aside: (text) => writeAside(`${printable(text)}\n`),
    progress: (text) => writeAside(CLEAR + printable(text)),
  };
}

/** Standard output for the answer, standard error for everything else. */
export function processOutput(json: boolean): Output {
  return outputTo(
    { json, interactive: process.stderr.isTTY && !json },
    {
      write: (text) => void process.stdout.write(text),
      writeAside: (text) => void process.stderr.write(text),
    },
  );
}
