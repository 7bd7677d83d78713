import { sha256Hex, type ToolSchema } from "@car/ir";
import { wellFormed } from "@car/ir/internal";

const MAX_NAME = 64;
/** What every model API takes: Gemini wants a letter or `_` first, the others at most 64 of these. */
const FITS = /^[A-Za-z_][A-Za-z0-9_-]{0,63}$/;
const HASH_CHARS = 8;

/**
 * The names by which models know tools, in the tools' order, all different: a name that model APIs take as it is, and
 * for another one what can be kept of it with a hash of the whole, which does not depend on what other tools there are.
 */
export function modelNames(names: readonly string[]): readonly string[] {
  const taken = new Set(names.filter((name) => FITS.test(name)));
  return names.map((name) => {
    if (FITS.test(name)) return name;
    let fitted = fittedName(name, HASH_CHARS);
    for (let chars = HASH_CHARS + 4; taken.has(fitted); chars += 4) fitted = fittedName(name, chars);
    taken.add(fitted);
    return fitted;
  });
}

/** `read_file_1a2b3c4d` for `read/file`. */
function fittedName(name: string, hashChars: number): string {
  const hash = sha256Hex(wellFormed(name)).slice(0, hashChars);
  const words = name.replaceAll(/[^A-Za-z0-9_-]+/g, "_").replace(/^[^A-Za-z]+/, "");
  return `${words.slice(0, MAX_NAME - hashChars - 1).replace(/_+$/, "") || "tool"}_${hash}`;
}

/**
 * Finds the tool that a model means: by the name that it was given, by the tool's own, or by that with `_` for what it
 * cannot write, where only one tool fits. Gives the name itself when there is none.
 */
export function toolFinder(tools: readonly Pick<ToolSchema, "name">[]): (name: string) => string {
  const own = tools.map((tool) => tool.name);
  const known = new Set(own);
  const given = new Map(modelNames(own).map((name, index) => [name, own[index]!]));
  return (name) => {
    const found = given.get(name) ?? (known.has(name) ? name : undefined);
    if (found !== undefined) return found;
    const alike = own.filter((each) => each.replaceAll(/[^A-Za-z0-9_-]/g, "_") === name);
    return alike.length === 1 ? alike[0]! : name;
  };
}
