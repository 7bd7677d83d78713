import stringWidth from "string-width";
import wrapAnsi from "wrap-ansi";

/** No character takes more code units than this; what is longer is cut before it is measured. */
const UNITS_PER_COLUMN = 32;

/** Spaces before the first word, and colours that begin among them. */
const LEAD = /^(?: |\u001b\[\d+m)*/;

/** Lines of a text that fit into `columns`, broken at words; the second and later ones stand `hang` columns in. */
export function fitted(text: string, columns: number | undefined, hang: number): readonly string[] {
  if (columns === undefined || stringWidth(text) <= columns) return [text];
  const lead = LEAD.exec(text)![0];
  const indent = " ".repeat(Math.min(hang, Math.floor(columns / 2)));
  // Room for the deeper of the two indents; the first line gets back what it has less.
  const room = Math.max(1, columns - Math.max(indent.length, stringWidth(lead)));
  const [first = "", ...rest] = wrapAnsi(text.slice(lead.length), room, { hard: true, trim: true }).split("\n");
  return [lead + first, ...rest.map((line) => indent + line)];
}

const GRAPHEMES = new Intl.Segmenter();

/** Text cut to `columns`, on one line. */
export function short(text: string, columns: number): string {
  const begin = text.slice(0, columns * UNITS_PER_COLUMN);
  const line = begin.replaceAll(/\s+/g, " ");
  if (begin === text && stringWidth(line) <= columns) return line;
  let cut = "";
  let width = 0;
  for (const { segment } of GRAPHEMES.segment(line)) {
    width += stringWidth(segment);
    if (width >= columns) return `${cut}…`;
    cut += segment;
  }
  return `${cut}…`;
}
