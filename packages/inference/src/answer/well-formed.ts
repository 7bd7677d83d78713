/** The text with lone surrogates replaced: a stream may have cut a pair, and what has no UTF-8 form could not be logged. */
export function wellFormed(text: string): string {
  return text.replace(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g, "\uFFFD");
}
