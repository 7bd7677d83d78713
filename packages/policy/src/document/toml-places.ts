import type { PathStep } from "@car/ir/internal";
import { noPlaces, type Places } from "./place.js";

/**
 * The lines of a valid TOML text's headers and keys. What stands inside an inline table or a list gets the line of the
 * key in front of it: the parser tells no places, and more than a line cannot be known for certain without one.
 */
export function tomlPlaces(text: string): Places {
  const places = noPlaces();
  const tables = tableCounter();
  let around: readonly PathStep[] = [];
  let line = 1;
  for (const statement of statements(text)) {
    const header = HEADER.exec(statement);
    if (header !== null) {
      around = tables.enter(namesOf(header[2] ?? ""), header[1] === "[[");
      places.note(around, { line });
    } else {
      const key = KEY.exec(statement)?.[1];
      if (key !== undefined) places.note([...around, ...namesOf(key)], { line });
    }
    line += statement.split("\n").length - 1;
  }
  return places;
}

const STRING = `"""(?:[^\\\\]|\\\\[^])*?"{3,5}|'''[^]*?'{3,5}|"(?:[^"\\\\\\n]|\\\\.)*"|'[^'\\n]*'`;
const NAME = `"(?:[^"\\\\\\n]|\\\\.)*"|'[^'\\n]*'|[A-Za-z0-9_-]+`;
const NAMES = `(?:${NAME})(?:[ \\t]*\\.[ \\t]*(?:${NAME}))*`;
const HEADER = new RegExp(`^[ \\t]*(\\[\\[?)[ \\t]*(${NAMES})[ \\t]*\\]`);
const KEY = new RegExp(`^[ \\t]*(${NAMES})`);
const PIECE = new RegExp(`${STRING}|#[^\\n]*|[[\\]{}]|\\n|[^"'#[\\]{}\\n]+|[^]`, "g");

/** The text cut into headers and key-value pairs, each with the newline that ends it. Joined they are the text. */
function* statements(text: string): Generator<string> {
  let statement = "";
  let depth = 0;
  for (const [piece] of text.matchAll(PIECE)) {
    if (!piece.startsWith("#")) statement += piece;
    if (piece === "[" || piece === "{") depth += 1;
    if (piece === "]" || piece === "}") depth -= 1;
    if (piece !== "\n" || depth > 0) continue;
    yield statement;
    statement = "";
  }
  yield statement;
}

function namesOf(key: string): readonly string[] {
  return [...key.matchAll(new RegExp(NAME, "g"))].map(([name]) => plainName(name));
}

function plainName(name: string): string {
  if (name.startsWith("'")) return name.slice(1, -1);
  return name.startsWith('"') ? name.slice(1, -1).replace(/\\(["\\])/g, "$1") : name;
}

/** Turns the names of a header into a path: a name that stands for a list of tables means its last one. */
function tableCounter(): { enter(names: readonly string[], isListItem: boolean): readonly PathStep[] } {
  const counts = new Map<string, number>();
  return {
    enter(names, isListItem) {
      const path: PathStep[] = [];
      for (const [at, name] of names.entries()) {
        path.push(name);
        const list = JSON.stringify(path);
        if (isListItem && at === names.length - 1) counts.set(list, (counts.get(list) ?? 0) + 1);
        const count = counts.get(list);
        if (count !== undefined) path.push(count - 1);
      }
      return path;
    },
  };
}
