import { characterSpelling, parseClassEscape, type Spelling } from "./parse-escape.js";
import { isAtEnd, type PatternCursor, PatternSyntaxError, takeCodePoint, takeText } from "./pattern-cursor.js";
import type { AtomNode } from "./pattern-node.js";

/** A character class, after its `[`. */
export function parseClass(cursor: PatternCursor): AtomNode {
  const negation = takeText(cursor, "^") ? "^" : "";
  const members: Spelling[] = [];
  while (!takeText(cursor, "]")) {
    if (isAtEnd(cursor)) throw new PatternSyntaxError("a `[` is never closed");
    members.push(parseMember(cursor));
  }
  const native = `[${negation}${members.map((member) => member.native).join("")}]`;
  return { kind: "atom", native };
}

function parseMember(cursor: PatternCursor): Spelling {
  const first = parseOne(cursor);
  const { source, index } = cursor;
  if (source[index] !== "-" || source[index + 1] === "]" || index + 1 >= source.length) return first;
  cursor.index++;
  const last = parseOne(cursor);
  if (first.codePoint === undefined || last.codePoint === undefined) return joined(first, characterSpelling(45), last);
  if (first.codePoint > last.codePoint) throw new PatternSyntaxError("a range in a class runs backwards");
  return { native: `${first.native}-${last.native}` };
}

function parseOne(cursor: PatternCursor): Spelling {
  if (!takeText(cursor, "\\")) return characterSpelling(takeCodePoint(cursor));
  if (takeText(cursor, "b")) return characterSpelling(8);
  return parseClassEscape(cursor);
}

// A hyphen beside a set, as in `[\w-.]`, is a hyphen.
function joined(...members: readonly Spelling[]): Spelling {
  return { native: members.map((member) => member.native).join("") };
}
