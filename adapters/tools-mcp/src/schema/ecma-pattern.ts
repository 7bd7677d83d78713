/**
 * A regular expression of another language, said again as one of ECMAScript with the `u` flag: Python's `(?P<y>)`, `\A`, `\Z`, flags at
 * the start, POSIX classes, and the escapes and dashes that only ECMAScript without `u` lets pass.
 * @returns `undefined` where it is not certain that the two match the same texts.
 */
export function ecmaPattern(pattern: string): string | undefined {
  try {
    return new PatternReader(pattern).read();
  } catch (error) {
    if (error instanceof Uncertain) return undefined;
    throw error;
  }
}

class Uncertain extends Error {}

const POSIX: ReadonlyMap<string, string> = new Map([
  ["alnum", "0-9A-Za-z"],
  ["alpha", "A-Za-z"],
  ["digit", "0-9"],
  ["lower", "a-z"],
  ["space", "\\s"],
  ["upper", "A-Z"],
  ["word", "\\w"],
  ["xdigit", "0-9A-Fa-f"],
]);
/** What means the same in ECMAScript with `u`, after a backslash. */
const SAME = new Set("dDsSwWbBfnrtv");
const SYNTAX = new Set("^$\\.*+?()[]{}|/");
const QUANTIFIER = /^\{\d+(?:,\d*)?\}/;
const FLAGS = /^\(\?([aisu]+)\)/;
const GROUP = /^\((?:\?(?::|=|!|<=|<!|P?<[A-Za-z_]\w*>))?/;
/** Letters that are equal to others than their own upper and lower case, where case does not matter. */
const KIN: ReadonlyMap<string, string> = new Map([
  ["k", "\\u212a"],
  ["s", "\\u017f"],
]);

class PatternReader {
  private rest: string;
  private readonly ignoresCase: boolean;
  private readonly dotIsAny: boolean;
  private groups = 0;

  constructor(pattern: string) {
    const flags = FLAGS.exec(pattern)?.[1] ?? "";
    this.ignoresCase = flags.includes("i");
    this.dotIsAny = flags.includes("s");
    this.rest = flags === "" ? pattern : pattern.slice(flags.length + 3);
  }

  read(): string {
    let out = "";
    while (this.rest !== "") out += this.part();
    if (this.groups !== 0) throw new Uncertain();
    return out;
  }

  private part(): string {
    const first = this.take(1);
    switch (first) {
      case "\\":
        return this.escape(false);
      case "[":
        return this.characterClass();
      case "(":
        return this.group();
      case ")":
        this.groups--;
        return ")";
      case "{":
        return this.brace();
      case "}":
      case "]":
        return `\\${first}`;
      case ".":
        return this.dotIsAny ? "[\\s\\S]" : ".";
      case "*":
      case "+":
      case "?":
        // What takes all and gives nothing back matches fewer texts.
        if (this.rest.startsWith("+")) throw new Uncertain();
        return first;
      default:
        return this.literal(first);
    }
  }

  private brace(): string {
    const quantifier = QUANTIFIER.exec(`{${this.rest}`)?.[0];
    if (quantifier === undefined) {
      // Python's `{,3}` is text elsewhere.
      if (/^,\d+\}/.test(this.rest)) throw new Uncertain();
      return "\\{";
    }
    this.take(quantifier.length - 1);
    if (this.rest.startsWith("+")) throw new Uncertain();
    return quantifier;
  }

  private group(): string {
    if (this.rest.startsWith("?#")) {
      const end = this.rest.indexOf(")");
      if (end === -1) throw new Uncertain();
      this.take(end + 1);
      return "";
    }
    const sameName = /^\?P=([A-Za-z_]\w*)\)/.exec(this.rest);
    if (sameName !== null && !this.ignoresCase) {
      this.take(sameName[0].length);
      return `\\k<${sameName[1]}>`;
    }
    const opening = GROUP.exec(`(${this.rest}`)?.[0] ?? "(";
    this.take(opening.length - 1);
    if (opening === "(" && this.rest.startsWith("?")) throw new Uncertain();
    this.groups++;
    return opening.replace("?P<", "?<");
  }

  private escape(inClass: boolean): string {
    const letter = this.take(1);
    if (SAME.has(letter)) return this.sameEscape(letter, inClass);
    if (/^[1-9k]$/.test(letter) && !inClass && !this.ignoresCase) return `\\${letter}`;
    if (letter === "A" && !inClass) return "^";
    if ((letter === "Z" || letter === "z") && !inClass) return "$";
    if (letter === "a") return "\\x07";
    if (letter === "0" && !/^\d/.test(this.rest)) return "\\0";
    if (letter === "x" || letter === "u" || letter === "U") return this.codePoint(letter);
    if (letter === "p" || letter === "P") return this.property(letter);
    if (letter === "" || /[A-Za-z0-9]/.test(letter)) throw new Uncertain();
    return this.sign(letter, inClass);
  }

  /** `\b` is a backspace inside a class, and `\B` is nothing there. */
  private sameEscape(letter: string, inClass: boolean): string {
    if (inClass && letter === "B") throw new Uncertain();
    return `\\${letter}`;
  }

  private sign(letter: string, inClass: boolean): string {
    if (letter.length > 1 || letter > "\u007f") return this.literal(letter);
    return SYNTAX.has(letter) || (inClass && letter === "-") ? `\\${letter}` : letter;
  }

  private codePoint(letter: string): string {
    const length = { x: 2, u: 4, U: 8 }[letter];
    const digits =
      /^\{([0-9A-Fa-f]{1,6})\}/.exec(this.rest)?.[1] ?? new RegExp(`^[0-9A-Fa-f]{${length}}`).exec(this.rest)?.[0];
    if (digits === undefined || Number.parseInt(digits, 16) > 0x10_ffff || this.ignoresCase) throw new Uncertain();
    this.take(digits.length + (this.rest.startsWith("{") ? 2 : 0));
    return `\\u{${digits.replace(/^0+(?=.)/, "")}}`;
  }

  private property(letter: string): string {
    const name = /^\{([\w=]+)\}/.exec(this.rest) ?? /^([A-Z])/.exec(this.rest);
    if (name === null || this.ignoresCase) throw new Uncertain();
    this.take(name[0].length);
    return `\\${letter}{${name[1]}}`;
  }

  private characterClass(): string {
    let out = this.rest.startsWith("^") ? `[${this.take(1)}` : "[";
    // Elsewhere a bracket at the start stands for itself; in ECMAScript it ends the class.
    if (this.rest.startsWith("]")) throw new Uncertain();
    while (!this.rest.startsWith("]")) out += this.classPart();
    this.take(1);
    return `${out}]`;
  }

  private classPart(): string {
    const posix = /^\[:(\w+):\]/.exec(this.rest);
    if (posix !== null) {
      const inside = POSIX.get(posix[1] ?? "");
      if (inside === undefined) throw new Uncertain();
      this.take(posix[0].length);
      return this.ignoresCase && /^(?:lower|upper)$/.test(posix[1] ?? "") ? `A-Za-z\\u212a\\u017f` : inside;
    }
    // Two of them join or cut classes in some languages.
    if (/^(?:&&|--|\|\||~~|\[)/.test(this.rest)) throw new Uncertain();
    const low = this.classAtom();
    const isRange = this.rest.startsWith("-") && !this.rest.startsWith("-]");
    if (!isRange) return this.anyCase(low);
    this.take(1);
    const high = this.classAtom();
    // A dash beside what is no single character stands for itself.
    if (isSet(low) || isSet(high)) return `${this.anyCase(low)}\\-${this.anyCase(high)}`;
    return `${low}-${high}${this.ignoresCase ? otherCase(low, high) : ""}`;
  }

  private classAtom(): string {
    const first = this.take(1);
    if (first === "" || first === "[") throw new Uncertain();
    if (first === "\\") return this.escape(true);
    if (this.ignoresCase && first > "\u007f") throw new Uncertain();
    return first === "-" || first === "^" ? `\\${first}` : first;
  }

  private anyCase(atom: string): string {
    return this.ignoresCase && /^[A-Za-z]$/.test(atom) ? casesOf(atom) : atom;
  }

  private literal(character: string): string {
    if (!this.ignoresCase) return character;
    if (character > "\u007f") throw new Uncertain();
    return /[A-Za-z]/.test(character) ? `[${casesOf(character)}]` : character;
  }

  /** The next characters; the first one whole. */
  private take(count: number): string {
    const taken = count === 1 ? ([...this.rest.slice(0, 2)][0] ?? "") : this.rest.slice(0, count);
    this.rest = this.rest.slice(taken.length);
    return taken;
  }
}

/** True for an escape that stands for many characters. */
function isSet(atom: string): boolean {
  return /^\\[dDsSwWpP]/.test(atom);
}

function casesOf(letter: string): string {
  const lower = letter.toLowerCase();
  return `${lower}${lower.toUpperCase()}${KIN.get(lower) ?? ""}`;
}

/** The letters of the other case of a range, and their kin. */
function otherCase(low: string, high: string): string {
  if (low.length > 1 || high.length > 1) throw new Uncertain();
  const lower = "abcdefghijklmnopqrstuvwxyz";
  const inside = [...lower, ...lower.toUpperCase()].filter((letter) => letter >= low && letter <= high);
  return [...new Set(inside.map((letter) => casesOf(letter)))].join("");
}
