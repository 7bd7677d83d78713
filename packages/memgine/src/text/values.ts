/** What sort of thing a checkable value is. */
export type ValueKind = "amount" | "percent" | "date" | "time" | "number" | "name" | "state";

/** A value that a statement gives: two statements about one thing with different values cannot both hold. */
export interface FoundValue {
  readonly kind: ValueKind;
  /** In one spelling: `$10,000` and `10000 USD` are both `10000`. */
  readonly norm: string;
}

const MONTH =
  "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?";
const DAY = "mon(?:day)?|tue(?:s(?:day)?)?|wed(?:nesday)?|thu(?:rs(?:day)?)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?";
/** In order: what an earlier pattern took is not looked at again. */
const PATTERNS: readonly (readonly [ValueKind, RegExp])[] = [
  [
    "amount",
    /(?:[$€£¥]\s?\d[\d,.]*\d?\s?(?:k|m|bn|b|million|thousand)?\b)|(?:\b\d[\d,.]*\s?(?:usd|eur|gbp|dollars|euros)\b)/gi,
  ],
  ["percent", /\b\d+(?:\.\d+)?\s?(?:%|percent\b)/gi],
  ["time", /\b\d{1,2}(?::\d{2})?\s?(?:am|pm)\b|\b\d{1,2}:\d{2}\b/gi],
  [
    "date",
    new RegExp(
      `\\b\\d{4}-\\d{2}-\\d{2}\\b|\\b(?:${MONTH})\\s+\\d{1,2}(?:st|nd|rd|th)?(?:,?\\s+\\d{4})?\\b|\\bq[1-4]\\b|\\b(?:${DAY})\\b|\\b(?:this|next|last)\\s+(?:week|month|quarter|year|sprint)\\b`,
      "gi",
    ),
  ],
  ["number", /#?\b\d[\d,]*(?:\.\d+)?(?:-[a-z]+)?\b/gi],
];
const NAME = /(?<![.!?]\s)(?<!^)(?<!["'(\[:]\s?)\b\p{Lu}[\p{L}\p{N}'’&-]*(?:\s+(?:\p{Lu}[\p{L}\p{N}'’&-]*|\d+))*/gu;
const READ = 4_000;

/** The checkable values in a text. `states` are words such as `approved` and `canceled`, of which one thing has one. */
export function valuesIn(text: string, states: ReadonlySet<string>): readonly FoundValue[] {
  let rest = text.length > READ ? text.slice(0, READ) : text;
  const found: FoundValue[] = [];
  for (const [kind, pattern] of PATTERNS) {
    rest = rest.replace(pattern, (match) => {
      found.push({ kind, norm: normOf(match) });
      return " ";
    });
  }
  for (const [name] of rest.matchAll(NAME)) found.push({ kind: "name", norm: normOf(name) });
  for (const word of rest.toLowerCase().split(/[^\p{L}]+/u)) {
    if (states.has(word)) found.push({ kind: "state", norm: word });
  }
  return found;
}

function normOf(value: string): string {
  return value
    .toLowerCase()
    .replace(/[$€£¥,#]/g, "")
    .replace(/\b(\d+)(?:st|nd|rd|th)\b/g, "$1")
    .replace(/\s+/g, " ")
    .trim();
}
