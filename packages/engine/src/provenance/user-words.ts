import type { Designator } from "./designation.js";
import { normalText } from "./normal-text.js";
import { TextIndex } from "./text-index.js";

/** What the user may say in one session, in characters; the rest is not believed. */
export const MAX_SAID = 65_536;
const QUOTED =
  /"([^"\n]{1,200})"|“([^”\n]{1,200})”|`([^`\n]{1,200})`|(?<![\p{L}\p{N}])['‘]([^'’\n]{1,200})['’](?![\p{L}\p{N}])/gu;
const NUMBER = /\d+(?:,\d{3})*(?:\.\d+)?/gu;
const BEFORE = /([\p{L}\p{N}#]+)[^\p{L}\p{N}]*([\p{L}\p{N}#]+)?[^\p{L}\p{N}]*$/u;
const NAMING = new Set(["id", "ids", "number", "no", "nr", "#"]);

/** What the user said: the only text that is trusted by where it stands. */
export class UserWords implements Designator {
  readonly index = new TextIndex(MAX_SAID);
  private readonly texts: string[] = [];
  private readonly quoted = new Set<string>();
  private chars = 0;

  /** Takes further words. */
  add(raw: string): void {
    const text = raw.slice(0, Math.max(0, MAX_SAID - this.chars));
    this.chars += text.length;
    this.index.addText(text);
    this.texts.push(normalText(text));
    for (const groups of text.matchAll(QUOTED)) {
      const found = groups.slice(1).find((group) => group !== undefined);
      if (found !== undefined) this.quoted.add(normalText(found));
    }
  }

  says(text: string): boolean {
    return this.index.find(text) !== undefined;
  }

  quotes(text: string): boolean {
    return this.quoted.has(text);
  }

  /** Whether a number stands in the text, however it is written. */
  saysNumber(value: number): boolean {
    return this.texts.some((text) =>
      [...text.matchAll(NUMBER)].some(([found]) => Number(found.replaceAll(",", "")) === value),
    );
  }

  /** Whether a short text is in quotes, or stands behind a word that says what it is: `file 13`, `id 13`, `#13`. */
  names(text: string, param: string): boolean {
    if (this.quotes(text)) return true;
    const words = new Set([...NAMING, ...wordsOf(param)]);
    return this.texts.some((said) => standsBehind(said, text, words));
  }
}

function standsBehind(said: string, text: string, words: ReadonlySet<string>): boolean {
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}])${escapeRegExp(text)}(?![\\p{L}\\p{N}])`, "gu");
  for (const { index } of said.matchAll(pattern)) {
    const before = BEFORE.exec(said.slice(Math.max(0, index - 40), index));
    if (before?.slice(1).some((word) => word !== undefined && words.has(word)) === true) return true;
    if (said[index - 1] === "#") return true;
  }
  return false;
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/gu, "\\$&");
}

/** `fileId` and `file_id` are about a file and an id. */
function wordsOf(name: string): readonly string[] {
  const words = name
    .replace(/([a-z])([A-Z])/gu, "$1 $2")
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u);
  return words.filter((word) => word.length > 1);
}
