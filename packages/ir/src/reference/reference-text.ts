import type { PathStep } from "../json/json-path.js";

/** Something a template points to: a root by name, and steps into its value. */
export interface Pointer {
  readonly root: string;
  readonly path: readonly PathStep[];
  /** What stands before the path: `a1.output`. */
  readonly base: string;
  /** As written, without its mark: `a1.output.items[0].id`. */
  readonly text: string;
}

/** How one kind of template writes its pointers. */
export interface Notation {
  /** What stands between the mark and the path; its first group is the root. */
  readonly root: string;
  /** Whether `{"$ref": "…"}` is a pointer too. */
  readonly objectForm: boolean;
}

/** `$ID.output.path`, `${ID.output.path}` and `{"$ref": "ID.output.path"}`, in an action's parameters. */
export const ACTION_NOTATION: Notation = { root: String.raw`([A-Za-z0-9_-]{1,256})\.output`, objectForm: true };

/** `$output.path`, `$parameters.path`, `$before.path` and the same in braces, in what a host or a model declares about a call. */
export const OUTPUT_NOTATION: Notation = { root: String.raw`(output|parameters|before)`, objectForm: false };

// The counts are bounds on what the matcher may hold in memory; longer text is literal.
const STEP = String.raw`\.[^\s.[\]{}]{1,256}|\[\d{1,10}\]`;
const PATH = `((?:${STEP}){0,256})`;

/** Matchers of one notation. `sticky` ones look at their `lastIndex` only. */
export interface Matchers {
  /** A whole string: its dollars, root and path. More than one dollar is an escape. */
  readonly whole: RegExp;
  /** The text of a `$ref`. */
  readonly bare: RegExp;
  /** What follows `${` inside a longer string, with the closing brace. */
  readonly braced: RegExp;
}

/** The matchers of a notation; make them once. */
export function matchersOf({ root }: Notation): Matchers {
  return {
    whole: new RegExp(`^(\\$+)${root}${PATH}$`),
    bare: new RegExp(`^${root}${PATH}$`),
    braced: new RegExp(`${root}${PATH}\\}`, "y"),
  };
}

/** A pointer in braces inside a longer text, with the dollars before it. */
export interface BracedMark {
  /** Where the first dollar stands. */
  readonly start: number;
  readonly dollars: number;
  /** Behind the closing brace. */
  readonly end: number;
  readonly root: string;
  readonly path: string;
}

/** Everything in `text` that looks like `${…}` with a pointer inside, escaped or not. Linear time. */
export function bracedMarks(text: string, braced: RegExp): BracedMark[] {
  const marks: BracedMark[] = [];
  let done = 0;
  for (let last = text.indexOf("${"); last !== -1; last = text.indexOf("${", last + 2)) {
    braced.lastIndex = last + 2;
    const match = braced.exec(text);
    if (match === null) continue;
    let start = last;
    while (start > done && text[start - 1] === "$") start -= 1;
    done = last + 2 + match[0].length;
    marks.push({ start, dollars: last + 1 - start, end: done, root: match[1] ?? "", path: match[2] ?? "" });
  }
  return marks;
}

/** Reads `.a[0].b` as its steps; `undefined` when the text is not a path. */
export function parsePathText(text: string): readonly PathStep[] | undefined {
  const step = /\.([^\s.[\]{}]+)|\[(\d+)\]/y;
  const steps: PathStep[] = [];
  while (step.lastIndex < text.length) {
    const match = step.exec(text);
    if (match === null) return undefined;
    steps.push(match[1] ?? Number(match[2]));
  }
  return steps;
}

/** Writes steps as `.a[0].b`; the reverse of `parsePathText`. */
export function pathOfSteps(steps: readonly PathStep[]): string {
  return steps.map((step) => (typeof step === "number" ? `[${step}]` : `.${step}`)).join("");
}
