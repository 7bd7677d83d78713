import { parseClass } from "./parse-class.js";
import { characterSpelling, parseEscape } from "./parse-escape.js";
import {
  isAtEnd,
  type PatternCursor,
  PatternSyntaxError,
  takeCodePoint,
  takeMatch,
  takeText,
} from "./pattern-cursor.js";
import type { GroupNode, PatternNode } from "./pattern-node.js";

const MAX_DEPTH = 100;
const OPEN_GROUP = /\(\?(?:[:=!]|<[=!]|<([A-Za-z_$][\w$]*)>)|\((?!\?)/y;
const BRACES = /\{(\d+)(,(\d*))?\}/y;
/** More repetitions than any text has characters. */
const MANY = 1_000_000_000;

const ANY_BUT_LINE_END = { kind: "atom", native: "." } as const;
const START = { kind: "atom", native: "^", isStart: true } as const;
const END = { kind: "atom", native: "$" } as const;

/**
 * Reads an ECMAScript regular expression. It is lenient where the `u` flag is strict but the meaning is plain, as in
 * `\-` or a lone `]`, because schemas in use have such patterns.
 * @throws `PatternSyntaxError` for anything it does not know.
 */
export function parsePattern(source: string): PatternNode {
  const cursor: PatternCursor = { source, index: 0, depth: 0 };
  const node = parseChoice(cursor);
  if (!isAtEnd(cursor)) throw new PatternSyntaxError("a `)` is never opened");
  return node;
}

function parseChoice(cursor: PatternCursor): PatternNode {
  const first = parseSequence(cursor);
  if (cursor.source[cursor.index] !== "|") return first;
  const options = [first];
  while (takeText(cursor, "|")) options.push(parseSequence(cursor));
  return { kind: "choice", options };
}

function parseSequence(cursor: PatternCursor): PatternNode {
  const parts: PatternNode[] = [];
  while (!isAtEnd(cursor) && !"|)".includes(cursor.source.charAt(cursor.index))) parts.push(parseRepeat(cursor));
  return { kind: "sequence", parts };
}

function parseRepeat(cursor: PatternCursor): PatternNode {
  const part = parseAtom(cursor);
  const bounds = parseBounds(cursor);
  if (bounds === undefined) return part;
  const isLazy = takeText(cursor, "?");
  return { kind: "repeat", part, ...bounds, isLazy };
}

function parseBounds(cursor: PatternCursor): { min: number; max: number } | undefined {
  if (takeText(cursor, "*")) return { min: 0, max: Infinity };
  if (takeText(cursor, "+")) return { min: 1, max: Infinity };
  if (takeText(cursor, "?")) return { min: 0, max: 1 };
  const braces = takeMatch(cursor, BRACES);
  if (braces === undefined) return undefined;
  const min = Math.min(MANY, Number(braces[1]));
  if (braces[2] === undefined) return { min, max: min };
  const max = braces[3] === "" || braces[3] === undefined ? Infinity : Math.min(MANY, Number(braces[3]));
  if (max < min) throw new PatternSyntaxError("a repetition's bounds are out of order");
  return { min, max };
}

function parseAtom(cursor: PatternCursor): PatternNode {
  if (takeText(cursor, "[")) return parseClass(cursor);
  if (takeText(cursor, "\\")) return parseEscape(cursor);
  if (takeText(cursor, ".")) return ANY_BUT_LINE_END;
  if (takeText(cursor, "^")) return START;
  if (takeText(cursor, "$")) return END;
  const open = takeMatch(cursor, OPEN_GROUP);
  if (open !== undefined) return parseGroup(open[0], cursor);
  const codePoint = takeCodePoint(cursor);
  if ("*+?(".includes(String.fromCodePoint(codePoint)))
    throw new PatternSyntaxError("a `*`, `+`, `?` or `(` is misplaced");
  return { kind: "atom", native: characterSpelling(codePoint).native };
}

function parseGroup(open: string, cursor: PatternCursor): GroupNode {
  if (++cursor.depth > MAX_DEPTH) throw new PatternSyntaxError("its groups are nested too deeply");
  const part = parseChoice(cursor);
  if (!takeText(cursor, ")")) throw new PatternSyntaxError("a `(` is never closed");
  cursor.depth--;
  return { kind: "group", open, part, looksAround: /[=!]$/.test(open) };
}
