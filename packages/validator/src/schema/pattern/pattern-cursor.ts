/** Thrown while a pattern is parsed; turned into a `SchemaInvalidError` by `compilePattern`. */
export class PatternSyntaxError extends Error {}

/** A reading position in a pattern. */
export interface PatternCursor {
  readonly source: string;
  index: number;
  /** Parentheses open at `index`. */
  depth: number;
}

/** Takes `text` when it comes next. */
export function takeText(cursor: PatternCursor, text: string): boolean {
  if (!cursor.source.startsWith(text, cursor.index)) return false;
  cursor.index += text.length;
  return true;
}

/** Takes what a sticky expression matches here; `undefined` when it matches nothing. */
export function takeMatch(cursor: PatternCursor, sticky: RegExp): RegExpExecArray | undefined {
  sticky.lastIndex = cursor.index;
  const match = sticky.exec(cursor.source);
  if (match === null) return undefined;
  cursor.index += match[0].length;
  return match;
}

/** Takes one code point. */
export function takeCodePoint(cursor: PatternCursor): number {
  const codePoint = cursor.source.codePointAt(cursor.index);
  if (codePoint === undefined) throw new PatternSyntaxError("it ends too early");
  cursor.index += codePoint > 0xffff ? 2 : 1;
  return codePoint;
}

/** True at the end of the pattern. */
export function isAtEnd({ source, index }: PatternCursor): boolean {
  return index >= source.length;
}
