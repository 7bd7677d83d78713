import { PassThrough } from "node:stream";
import { stripVTControlCharacters } from "node:util";
import { createAsker } from "../io/asker.js";
import { outputTo } from "../io/output.js";
import { Screen } from "../io/screen.js";
import { runProgram } from "../program.js";

/** What a command line printed, without colours, and how it ended. */
export interface Captured {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line with its output captured. Each question is answered by the next of `answers`, typed after it; then the input ends. */
export async function captured(argv: readonly string[], answers: readonly string[] = []): Promise<Captured> {
  let [out, err] = ["", ""];
  const rest = [...answers];
  const input = new PassThrough();
  if (rest.length === 0) input.end();
  const sink = { hasColors: false, isGone: false };
  const onError = (text: string): void => {
    err += text;
    if (!/\? \[y\/N\] $/.test(text)) return;
    input.write(`${rest.shift() ?? ""}\n`);
    if (rest.length === 0) input.end();
  };
  const screen = new Screen({ ...sink, write: (text) => void (out += text) }, { ...sink, write: onError });
  const asker = createAsker(screen, input);
  const code = await runProgram([...argv], (json) => outputTo({ json, interactive: false }, { screen, asker }));
  return { code, out: stripVTControlCharacters(out).trimEnd(), err: stripVTControlCharacters(err) };
}
