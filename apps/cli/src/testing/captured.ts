import { stripVTControlCharacters } from "node:util";
import { runProgram } from "../program.js";

/** What a command line printed, without colours, and how it ended. */
export interface Captured {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line with its output captured. */
export async function captured(argv: readonly string[]): Promise<Captured> {
  const out: string[] = [];
  let err = "";
  const code = await runProgram([...argv], (json) => ({
    json,
    interactive: false,
    line: (text = "") => void out.push(text),
    value: (value) => void out.push(JSON.stringify(value)),
    aside: (text) => void (err += text),
  }));
  return { code, out: stripVTControlCharacters(out.join("\n")), err: stripVTControlCharacters(err) };
}
