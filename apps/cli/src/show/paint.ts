import pc from "picocolors";
import { printable } from "@car/ir/internal";

/*
 * The program's own colours are marks that nobody else can write: they hold a number drawn for this process. So everything can be
 * made printable in one place, when it is written, and colours are put in after that.
 */

const SECRET = crypto.randomUUID();
const NAMES = ["bold", "dim", "red", "green", "yellow"] as const;
type Paint = (typeof NAMES)[number];

/** Functions that mark a text to be shown in a colour. */
export const paint = Object.fromEntries(
  NAMES.map((name) => [name, (text: string) => `<${SECRET}${name}>${text}<${SECRET}>`]),
) as { readonly [Name in Paint]: (text: string) => string };

/** One line as a terminal may have it: see `printable`. Marks become colours, or nothing where there are no colours. */
export function painted(text: string, hasColors: boolean): string {
  return unmark(printable(text), pc.createColors(hasColors));
}

const MARKED = new RegExp(`<${SECRET}(\\w+)>((?:(?!<${SECRET}).)*)<${SECRET}>`, "u");

/** From the inside out: a mark may stand in another one. */
function unmark(text: string, paints: Pick<typeof pc, Paint>): string {
  let marked = text;
  for (let found = MARKED.exec(marked); found !== null; found = MARKED.exec(marked)) {
    const [whole, name, inner] = found as unknown as [string, Paint, string];
    marked = marked.slice(0, found.index) + paints[name](inner) + marked.slice(found.index + whole.length);
  }
  return marked;
}
