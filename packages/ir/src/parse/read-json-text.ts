import type { InputProblem } from "../errors/detailed-errors.js";
import type { CopyLimits } from "../json/copy-json.js";
import { type JsonTextError, scanJson } from "./scan-json.js";

/** Shorter text cannot be nested so deeply that parsing it costs much; deeper nesting is found afterwards. */
const SCAN_FIRST_LENGTH = 65_536;

const encoder = new TextEncoder();

/**
 * The value of a JSON text within limits, or the one problem that stops it, with line and column. Of two members with
 * one name the last counts, as in `JSON.parse`.
 */
export function readJsonText(text: string, limits: CopyLimits): { value: unknown } | { problem: InputProblem } {
  if (isLarger(text, limits.maxBytes)) return wholeInput(`larger than ${limits.maxBytes} bytes`);
  const early = text.length > SCAN_FIRST_LENGTH ? scanJson(text, limits.maxDepth) : undefined;
  if (early !== undefined) return notJson(text, early);
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    // The engine's own message differs from version to version and may quote the input; ours does neither.
    return notJson(text, scanJson(text, Infinity) ?? { offset: 0, message: "it could not be parsed" });
  }
}

function isLarger(text: string, maxBytes: number): boolean {
  // A UTF-16 unit takes one to three bytes of UTF-8, so most texts need not be encoded to know.
  if (text.length > maxBytes) return true;
  return text.length * 3 > maxBytes && encoder.encode(text).length > maxBytes;
}

function notJson(text: string, { offset, message }: JsonTextError): { problem: InputProblem } {
  let line = 1;
  let lineStart = 0;
  const lineEnd = /\r\n|\n|\r/g;
  for (let match = lineEnd.exec(text); match !== null && lineEnd.lastIndex <= offset; match = lineEnd.exec(text)) {
    line += 1;
    lineStart = lineEnd.lastIndex;
  }
  return wholeInput(`not JSON at line ${line}, column ${offset - lineStart + 1}: ${message}`);
}

function wholeInput(message: string): { problem: InputProblem } {
  return { problem: { path: "", message } };
}
