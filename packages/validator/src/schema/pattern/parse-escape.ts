import type { AtomNode } from "./pattern-node.js";
import { type PatternCursor, PatternSyntaxError, takeCodePoint, takeMatch } from "./pattern-cursor.js";
import { unicodeProperty } from "./unicode-property.js";

/** One element of a pattern or of a class, in both spellings. A single character also has its code point. */
export interface Spelling {
  readonly native: string;
  readonly re2: string | undefined;
  readonly codePoint?: number;
}

const HEX = /u\{([0-9A-Fa-f]{1,6})\}|u([0-9A-Fa-f]{4})|x([0-9A-Fa-f]{2})/y;
const LOW_SURROGATE = /\\u([Dd][C-Fc-f][0-9A-Fa-f]{2})/y;
const CONTROL = /c([A-Za-z])/y;
const PROPERTY = /([pP])\{([A-Za-z0-9_=]+)\}/y;
const BACK_REFERENCE = /[1-9][0-9]*|k<[^>]+>/y;
const NUL = /0(?![0-9])/y;

const CONTROL_CHARACTERS: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13 };

// ECMAScript's white space is wider than RE2's.
const SPACE = String.raw`\t\n\x{b}\f\r \x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}`;
const NOT_SPACE =
  String.raw`\x{0}-\x{8}\x{e}-\x{1f}!-\x{9f}\x{a1}-\x{167f}\x{1681}-\x{1fff}\x{200b}-\x{2027}\x{202a}-\x{202e}` +
  String.raw`\x{2030}-\x{205e}\x{2060}-\x{2fff}\x{3001}-\x{fefe}\x{ff00}-\x{10ffff}`;
const NOT_DIGIT = String.raw`\x{0}-/:-\x{10ffff}`;
const NOT_WORD = "\\x{0}-/:-@\\[-\\^`\\{-\\x{10ffff}";

/** The inside of a class for each letter that stands for a set of characters. */
const SETS: Readonly<Record<string, string>> = {
  d: "0-9",
  D: NOT_DIGIT,
  w: "0-9A-Za-z_",
  W: NOT_WORD,
  s: SPACE,
  S: NOT_SPACE,
};

/** A single character, spelled so that it never means anything else. */
export function characterSpelling(codePoint: number): Spelling {
  const hex = codePoint.toString(16);
  const isSurrogate = codePoint >= 0xd800 && codePoint <= 0xdfff;
  return { native: `\\u{${hex}}`, re2: isSurrogate ? undefined : `\\x{${hex}}`, codePoint };
}

/** What follows a backslash, as it may also stand in a class. The RE2 spelling is that of the inside of a class. */
export function parseClassEscape(cursor: PatternCursor): Spelling {
  const hex = takeMatch(cursor, HEX);
  if (hex !== undefined) return characterSpelling(codePointOf(hex, cursor));
  const control = takeMatch(cursor, CONTROL)?.[1];
  if (control !== undefined) return characterSpelling(control.charCodeAt(0) % 32);
  if (takeMatch(cursor, NUL) !== undefined) return characterSpelling(0);
  const property = takeMatch(cursor, PROPERTY);
  if (property !== undefined) return unicodeProperty(property[2] ?? "", property[1] === "P");
  return simpleEscape(String.fromCodePoint(takeCodePoint(cursor)));
}

/** What follows a backslash outside a class. */
export function parseEscape(cursor: PatternCursor): AtomNode {
  const backReference = takeMatch(cursor, BACK_REFERENCE);
  if (backReference !== undefined) {
    return { kind: "atom", native: `\\${backReference[0]}`, re2: undefined, isBackReference: true };
  }
  const boundary = takeMatch(cursor, /[bB]/y)?.[0];
  if (boundary !== undefined) return { kind: "atom", native: `\\${boundary}`, re2: `\\${boundary}` };
  const { native, re2, codePoint } = parseClassEscape(cursor);
  return { kind: "atom", native, re2: re2 === undefined || codePoint !== undefined ? re2 : `[${re2}]` };
}

function simpleEscape(letter: string): Spelling {
  const set = SETS[letter];
  if (set !== undefined) return { native: `\\${letter}`, re2: set };
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
