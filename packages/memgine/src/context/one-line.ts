const BREAKS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;

/** The text on one line, so that nothing stored can pretend to be a heading or another item. */
export function oneLine(text: string): string {
  return text.replace(BREAKS, " ").replace(/ {2,}/g, " ").trim();
}
