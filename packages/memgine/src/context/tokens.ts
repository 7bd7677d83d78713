/** Counts tokens of a text. A host passes its model's own counter. */
export type TokenCounter = (text: string) => number;

/** A quarter of the code points, rounded up: near to what models count in English prose. */
export const approximateTokens: TokenCounter = (text) => {
  let points = text.length;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code >= 0xd800 && code <= 0xdbff) points -= 1;
  }
  return Math.ceil(points / 4);
};
