import { RE2JS, RE2JSSyntaxException } from "re2js";

/** A regular expression that takes time in proportion to the text, whatever the text is. */
export interface TextPattern {
  /** Instructions of the compiled pattern; a search takes at most this many steps per character. */
  readonly size: number;
  /** Whether the pattern occurs anywhere in `text`. */
  isFoundIn(text: string): boolean;
}

/** Larger programs would leave room for almost no text. */
const MAX_PATTERN_SIZE = 1_000;

/**
 * Compiles a pattern in RE2 syntax: no look-around and no back-references, and in return no way to hang.
 * @returns the pattern, or why it is none, in words that follow the place where it stands.
 */
export function compilePattern(source: string): TextPattern | string {
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(source);
  } catch (error) {
    const why = error instanceof RE2JSSyntaxException ? error.getDescription() : "it cannot be compiled";
    return `is no RE2 pattern: ${why}`;
  }
  const size = compiled.programSize();
  if (size > MAX_PATTERN_SIZE) return `is too large a pattern: ${size} instructions, at most ${MAX_PATTERN_SIZE}`;
  return { size, isFoundIn: (text) => compiled.test(text) };
}
