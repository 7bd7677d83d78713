import pc from "picocolors";

/*
 * What a model, a tool or a server wrote may hold anything: escape sequences that clear the screen, characters that turn the
 * direction of text, a line that looks like the program's own. So nothing of it gets to a terminal as it is, and the program's
 * own colours are marks that nobody else can write: they hold a number drawn for this process.
 */

const SECRET = crypto.randomUUID();
const PAINTS = { bold: pc.bold, dim: pc.dim, red: pc.red, green: pc.green, yellow: pc.yellow } as const;
type Paint = keyof typeof PAINTS;
const NAMES = Object.keys(PAINTS) as Paint[];

/** Functions that mark a text to be shown in a colour. */
export const paint = Object.fromEntries(
  NAMES.map((name) => [name, (text: string) => `<${SECRET}${name}>${text}<${SECRET}>`]),
) as { readonly [Name in Paint]: (text: string) => string };

/** C0 and C1 controls, separators of lines, what turns or hides text (bidirectional controls, tags), and halves of characters. */
const HIDDEN =
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]|\p{Surrogate}/gu;
/** The same for JSON text, in which a control is a line break of its own making. */
const HIDDEN_IN_JSON = new RegExp(HIDDEN.source.replace("\\u0000-\\u001f", ""), "gu");

const NAMED: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function visible(text: string): string {
  return NAMED[text] ?? [...codeUnits(text)].join("");
}

function* codeUnits(text: string): Iterable<string> {
  for (let at = 0; at < text.length; at++) yield `\\u${text.charCodeAt(at).toString(16).padStart(4, "0")}`;
}

/** One line as a terminal may have it: what cannot be seen is written out, and marks become colours, where there are any. */
export function printable(text: string): string {
  return unmark(text.replace(HIDDEN, visible));
}

/** JSON text as a terminal may have it. It says the same. */
export function printableJson(json: string): string {
  return json.replace(HIDDEN_IN_JSON, visible);
}

const MARKED = new RegExp(`<${SECRET}(\\w+)>((?:(?!<${SECRET}).)*)<${SECRET}>`, "u");

/** From the inside out: a mark may stand in another one. */
function unmark(text: string): string {
  let marked = text;
  for (let found = MARKED.exec(marked); found !== null; found = MARKED.exec(marked)) {
    const [whole, name, inner] = found as unknown as [string, Paint, string];
    marked = marked.slice(0, found.index) + PAINTS[name](inner) + marked.slice(found.index + whole.length);
  }
  return marked;
}
