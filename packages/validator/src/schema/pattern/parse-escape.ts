import type { AtomNode } from "./pattern-node.js";
import { type PatternCursor, PatternSyntaxError, takeCodePoint, takeMatch } from "./pattern-cursor.js";

/** One element of a pattern or of a class, as ECMAScript writes it under the `u` flag. A single character also has its code point. */
export interface Spelling {
  readonly native: string;
  readonly codePoint?: number;
}

const HEX = /u\{([0-9A-Fa-f]{1,6})\}|u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})/y;
const LOW_SURROGATE = /\\u([Dd][C-Fc-f][0-9A-Fa-f]{2})/y;
const CONTROL = /c([A-Za-z])/y;
const PROPERTY = /[pP]\{[A-Za-z0-9_=]+\}/y;
const BACK_REFERENCE = /[1-9][0-9]*|k<[^>]+>/y;
const NUL = /0(?![0-9])/y;

const CONTROL_CHARACTERS: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13 };

const SETS = "dDwWsS";

/** A single character, spelled so that it never means anything else. */
export function characterSpelling(codePoint: number): Spelling {
  return { native: `\\u{${codePoint.toString(16)}}`, codePoint };
}

/** What follows a backslash, as it may also stand in a class. */
export function parseClassEscape(cursor: PatternCursor): Spelling {
  const hex = takeMatch(cursor, HEX);
  if (hex !== undefined) return characterSpelling(codePointOf(hex, cursor));
  const control = takeMatch(cursor, CONTROL)?.[1];
  if (control !== undefined) return characterSpelling(control.charCodeAt(0) % 32);
  if (takeMatch(cursor, NUL) !== undefined) return characterSpelling(0);
  const property = takeMatch(cursor, PROPERTY);
  if (property !== undefined) return { native: `\\${property[0]}` };
  return simpleEscape(String.fromCodePoint(takeCodePoint(cursor)));
}

/** What follows a backslash outside a class. */
export function parseEscape(cursor: PatternCursor): AtomNode {
  const backReference = takeMatch(cursor, BACK_REFERENCE);
  if (backReference !== undefined) {
    return { kind: "atom", native: `\\${backReference[0]}`, isBackReference: true };
  }
  const boundary = takeMatch(cursor, /[bB]/y)?.[0];
  if (boundary !== undefined) return { kind: "atom", native: `\\${boundary}` };
  return { kind: "atom", native: parseClassEscape(cursor).native };
}

function simpleEscape(letter: string): Spelling {
  if (SETS.includes(letter)) return { native: `\\${letter}` };
  const control = CONTROL_CHARACTERS[letter];
  if (control !== undefined) return characterSpelling(control);
  // Other dialects give letters meanings that ECMAScript lacks (\A, \Z): better refused than read as an A.
  if (/[A-Za-z0-9]/.test(letter)) throw new PatternSyntaxError(`\\${letter} means nothing in ECMAScript`);
  return characterSpelling(letter.codePointAt(0) ?? 0);
}

function codePointOf([, braced, four, two]: RegExpExecArray, cursor: PatternCursor): number {
  const value = Number.parseInt(braced ?? four ?? two ?? "", 16);
  if (value > 0x10ffff) throw new PatternSyntaxError("a code point is too large");
  if (four === undefined || value < 0xd800 || value > 0xdbff) return value;
  const low = takeMatch(cursor, LOW_SURROGATE)?.[1];
  return low === undefined ? value : 0x10000 + ((value - 0xd800) << 10) + (Number.parseInt(low, 16) - 0xdc00);
}
