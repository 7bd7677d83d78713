/** A few texts that a pattern probably matches; whoever uses them asks the pattern itself. */
export function samplePattern(source: string): readonly string[] {
  return [new Sampler(source, false), new Sampler(source, true)].map((sampler) => sampler.alternatives());
}

const CLASSES: Readonly<Record<string, string>> = { d: "7", w: "a", s: " ", D: "x", W: "-", S: "x", b: "", B: "" };

/** Reads a pattern from left to right and writes one text; `long` takes the last alternative and repeats. */
class Sampler {
  private at = 0;
  private readonly source: string;
  private readonly long: boolean;

  constructor(source: string, long: boolean) {
    this.source = source;
    this.long = long;
  }

  alternatives(): string {
    const all = [this.sequence()];
    while (this.source[this.at] === "|") {
      this.at++;
      all.push(this.sequence());
    }
    return (this.long ? all.at(-1) : all[0]) ?? "";
  }

  private sequence(): string {
    let text = "";
    while (this.at < this.source.length && !"|)".includes(this.source[this.at]!)) text += this.repeated(this.atom());
    return text;
  }

  private atom(): string {
    const letter = this.source[this.at++]!;
    if (letter === "^" || letter === "$") return "";
    if (letter === ".") return "x";
    if (letter === "\\") return this.escape();
    if (letter === "[") return this.set();
    if (letter !== "(") return letter;
    const flags = /^\?(P?<\w+>|[a-zA-Z-]*:?)/.exec(this.source.slice(this.at));
    this.at += flags?.[0].length ?? 0;
    const inner = this.alternatives();
    this.at++;
    return inner;
  }

  private escape(): string {
    const letter = this.source[this.at++] ?? "";
    return CLASSES[letter] ?? letter;
  }

  private set(): string {
    const end = this.source.indexOf("]", this.at + 1);
    const body = this.source.slice(this.at, end);
    this.at = end + 1;
    if (body.startsWith("^")) return [..."x7-_ "].find((letter) => !body.includes(letter)) ?? "x";
    return body.startsWith("\\") ? (CLASSES[body[1] ?? ""] ?? body[1] ?? "") : (body[0] ?? "");
  }

  private repeated(atom: string): string {
    const found = /^(\*|\+|\?|\{(\d+)(,\d*)?\})\??/.exec(this.source.slice(this.at));
    if (found === null) return atom;
    this.at += found[0].length;
    if (found[2] !== undefined) return atom.repeat(Number(found[2]));
    return found[1] === "+" ? atom.repeat(this.long ? 3 : 1) : atom.repeat(this.long ? 1 : 0);
  }
}
