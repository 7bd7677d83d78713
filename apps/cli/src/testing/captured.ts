import { stripVTControlCharacters } from "node:util";
import { outputTo } from "../io/output.js";
import { runProgram } from "../program.js";

/** What a command line printed, without colours, and how it ended. */
export interface Captured {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line with its output captured. */
export async function captured(argv: readonly string[]): Promise<Captured> {
  let out = "";
  let err = "";
  const streams = { write: (text: string) => void (out += text), writeAside: (text: string) => void (err += text) };
  const code = await runProgram([...argv], (json) => outputTo({ json, interactive: false }, streams));
  return { code, out: stripVTControlCharacters(out).trimEnd(), err: stripVTControlCharacters(err) };
}
