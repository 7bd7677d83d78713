/** Runs of capitalised words and identifiers with digits: names of people, places, projects, tickets. */
const ENTITY = /\p{Lu}[\p{L}\p{N}'’&-]*(?: (?:of |the |de )?\p{Lu}[\p{L}\p{N}'’&-]*| #?\d[\p{L}\p{N}-]*)*/gu;
const SENTENCE_START = /(?:^|[.!?:]\s+|\n\s*|["'(\[]\s*)$/;
/** Texts are read up to here for names. */
const READ = 2_000;

/** Names in a text, in lower case, without repetition. A capital at the start of a sentence counts only in a longer name. */
export function entitiesIn(text: string, limit: number): readonly string[] {
  const found = new Set<string>();
  const read = text.length > READ ? text.slice(0, READ) : text;
  ENTITY.lastIndex = 0;
  for (let match = ENTITY.exec(read); match !== null && found.size < limit; match = ENTITY.exec(read)) {
    const name = match[0];
    if (name.length < 2) continue;
    const isSingleWord = !name.includes(" ");
    const atStart = SENTENCE_START.test(read.slice(Math.max(0, match.index - 8), match.index));
    const isAcronym = name.length > 1 && name === name.toUpperCase();
    if (isSingleWord && atStart && !isAcronym) continue;
    found.add(name.toLowerCase());
  }
  return [...found];
}
