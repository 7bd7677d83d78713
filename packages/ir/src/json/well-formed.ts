/** `String.prototype.isWellFormed`, which the language level of this build does not know yet. */
type WellFormedCheck = (this: string) => boolean;

const native = (String.prototype as { isWellFormed?: WellFormedCheck }).isWellFormed;
const LONE_SURROGATE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/;
const LONE_SURROGATES = new RegExp(LONE_SURROGATE, "g");

/** False when `text` holds half of a surrogate pair: such text has no UTF-8 form, so it cannot be hashed or stored. */
export const isWellFormed: (text: string) => boolean =
  native === undefined ? isWellFormedByPattern : (text) => native.call(text);

/** The same answer on platforms older than the built-in. */
export function isWellFormedByPattern(text: string): boolean {
  return !LONE_SURROGATE.test(text);
}

/** The text with U+FFFD for each half of a surrogate pair, so that it has a UTF-8 form. */
export function wellFormed(text: string): string {
  return isWellFormed(text) ? text : text.replace(LONE_SURROGATES, "\uFFFD");
}
