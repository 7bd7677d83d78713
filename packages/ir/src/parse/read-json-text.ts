import type { InputProblem } from "../errors/detailed-errors.js";
import type { CopyLimits } from "../json/copy-json.js";
import { lostIntegers, lostText, quoteLostIntegers } from "../json/lost-integers.js";
import { type JsonTextError, scanJson } from "./scan-json.js";

/** What becomes of integers whose digits a number cannot keep: they are refused, or kept as text. */
export type UnsafeIntegers = "refuse" | "string";

/** Shorter text cannot be nested so deeply that parsing it costs much; deeper nesting is found afterwards. */
const SCAN_FIRST_LENGTH = 65_536;

const encoder = new TextEncoder();

/**
 * The value of a JSON text within limits, or the one problem that stops it, with line and column. Of two members with
 * one name the last counts, as in `JSON.parse`.
 */
export function readJsonText(
  text: string,
  limits: CopyLimits,
  unsafeIntegers: UnsafeIntegers = "refuse",
): { value: unknown } | { problem: InputProblem } {
  if (isLarger(text, limits.maxBytes)) return wholeInput(`larger than ${limits.maxBytes} bytes`);
  const early = text.length > SCAN_FIRST_LENGTH ? scanJson(text, limits.maxDepth) : undefined;
  if (early !== undefined) return notJson(text, early);
  try {
    const value: unknown = JSON.parse(text);
    for (const { offset, token } of lostIntegers(text)) {
      if (unsafeIntegers === "string") return { value: JSON.parse(quoteLostIntegers(text)) as unknown };
      return wholeInput(`${placeText(text, offset)}: ${lostText(token)}`);
    }
    return { value };
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
  return wholeInput(`not JSON at ${placeText(text, offset)}: ${message}`);
}

/** `line 2, column 7`, counted from 1. */
function placeText(text: string, offset: number): string {
  let line = 1;
  let lineStart = 0;
  const lineEnd = /\r\n|\n|\r/g;
  for (let match = lineEnd.exec(text); match !== null && lineEnd.lastIndex <= offset; match = lineEnd.exec(text)) {
    line += 1;
    lineStart = lineEnd.lastIndex;
  }
  return `line ${line}, column ${offset - lineStart + 1}`;
}

function wholeInput(message: string): { problem: InputProblem } {
  return { problem: { path: "", message } };
}
