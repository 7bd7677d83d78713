/*
 * What a model, a tool or a server wrote may hold anything: escape sequences that clear the screen, characters that turn the
 * direction of text, a line that looks like the program's own. Nothing of it gets to a terminal as it is.
 */

/** C0 and C1 controls, separators of lines, what turns or hides text (bidirectional controls, tags), and halves of characters. */
const HIDDEN =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]|\p{Surrogate}/gu;
/** The same for JSON text, in which a control is a line break of its own making. */
const HIDDEN_IN_JSON = new RegExp(HIDDEN.source.replace("\\u0000-\\u001f", ""), "gu");

const NAMED: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** One line as a terminal may have it: line breaks, controls, and whatever cannot be seen are written out. */
export function printable(text: string): string {
  return text.replace(HIDDEN, visible);
}

/** JSON text as a terminal may have it. It says the same. */
export function printableJson(json: string): string {
  return json.replace(HIDDEN_IN_JSON, visible);
}

function visible(text: string): string {
  return NAMED[text] ?? [...codeUnits(text)].join("");
}

function* codeUnits(text: string): Iterable<string> {
  for (let at = 0; at < text.length; at++) yield `\\u${text.charCodeAt(at).toString(16).padStart(4, "0")}`;
}
