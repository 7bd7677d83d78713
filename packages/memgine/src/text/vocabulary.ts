import { stemmer } from "stemmer";
import { STOP_WORDS } from "./stop-words.js";
import { forEachWord } from "./words.js";

/** Numbers the stems of a text. A word is stemmed once, however often it occurs. */
export interface Vocabulary {
  /** Term numbers in the order of the text; stop words left out. New words get numbers. */
  termsOf(text: string): number[];
  /** As `termsOf`, but words that were never seen are left out. */
  knownTermsOf(text: string): number[];
  /** Whether the word says nothing about what a text is about. */
  isStopWord(word: string): boolean;
  /** The stem behind a number. */
  stemOf(term: number): string;
  readonly size: number;
}

/** For another language: its stemmer, and its words that say nothing. */
export interface VocabularyOptions {
  readonly stem?: (word: string) => string;
  readonly stopWords?: readonly string[];
}

const STOP = -1;
/** Longer words are identifiers or noise; the rest of one is not looked at. */
const LONGEST_WORD = 64;
/** Words of one text that are indexed; a longer text is found by its beginning. */
const MOST_TERMS = 20_000;

/** An empty vocabulary. `stem` and `stopWords` may be replaced for another language. */
export function createVocabulary(options: VocabularyOptions = {}): Vocabulary {
  const stem = options.stem ?? stemmer;
  const numbers = new Map<string, number>((options.stopWords ?? STOP_WORDS).map((word) => [word, STOP]));
  const stemNumbers = new Map<string, number>();
  const stems: string[] = [];

  const numberOfStem = (root: string): number => {
    const known = stemNumbers.get(root);
    if (known !== undefined) return known;
    const number = stems.push(root) - 1;
    stemNumbers.set(root, number);
    return number;
  };
  const numberOf = (word: string): number => {
    const short = word.length > LONGEST_WORD ? word.slice(0, LONGEST_WORD) : word;
    // Numbers are their own stems; there are many, and one table is enough for them.
    if (isNumeric(short)) return numberOfStem(short);
    const known = numbers.get(short);
    if (known !== undefined) return known;
    const number = numberOfStem(stem(short));
    numbers.set(short, number);
    return number;
  };
  const knownNumberOf = (word: string): number =>
    numbers.get(word) ?? stemNumbers.get(isNumeric(word) ? word : stem(word)) ?? STOP;

  const collect = (text: string, number: (word: string) => number): number[] => {
    const terms: number[] = [];
    forEachWord(text, (word) => {
      if (terms.length >= MOST_TERMS) return;
      const term = number(word);
      if (term !== STOP) terms.push(term);
    });
    return terms;
  };
  return {
    termsOf: (text) => collect(text, numberOf),
    knownTermsOf: (text) => collect(text, knownNumberOf),
    isStopWord: (word) => numbers.get(word) === STOP,
    stemOf: (term) => stems[term] ?? "",
    get size() {
      return stems.length;
    },
  };
}

function isNumeric(word: string): boolean {
  const code = word.charCodeAt(0);
  return code >= 48 && code <= 57;
}
