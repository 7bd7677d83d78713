import { ToolError } from "@car/ir";

/** Comments, texts and quoted names, as SQLite reads them; the groups are empty where the end is missing. */
const QUOTED = /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|(['"`])(?:(?!\1)[\s\S]|\1\1)*(\1|$)|\[[^\]]*(\]|$)/g;
/** Stands for what was quoted: part of no word, and no space. */
const MARK = "\u0001";

/** What SQLite skips at the end of a statement; any other space is part of a name. */
const BLANKS = "; \t\n\v\f\r";

/** A statement of the model's, looked at without running it. */
export interface SqlText {
  /** As it was given, without a semicolon at its end. */
  readonly sql: string;
  /** The same length: comments are blanks, and what is quoted is marked. */
  readonly bare: string;
}

function refuse(message: string): never {
  throw new ToolError(message, { class: "invalid" });
}

/** Doubles what would end a quoted name. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/**
 * Reads a text as one statement, or a part of one. `params` are the values for its `?`; without them its parameters are not looked at.
 * @throws `ToolError` (`invalid`) for more than one statement, what is not closed, and values that do not fit.
 */
export function parseSql(text: string, params?: readonly unknown[]): SqlText {
  if (text.includes("\0")) refuse("the SQL has a NUL character; SQLite would stop reading there");
  const whole = bareOf(text);
  if (whole === undefined) return refuse("the SQL has a quote that is not closed");
  let end = whole.length;
  while (end > 0 && BLANKS.includes(whole.charAt(end - 1))) end--;
  const [sql, bare] = [text.slice(0, end), whole.slice(0, end)];
  if (bare.includes(";")) refuse("only one SQL statement is allowed in a call");
  if (params !== undefined) checkParams(bare, params.length);
  return { sql, bare };
}

function checkParams(bare: string, count: number): void {
  if (/\?\d|(?<![\w$\u0080-\uffff])[:@$][\w$\u0080-\uffff]/.test(bare)) {
    refuse("write each parameter of the SQL as a plain `?`, and its value in `params`");
  }
  const places = bare.split("?").length - 1;
  if (places !== count) refuse(`the SQL has ${places} \`?\`, but \`params\` has ${count} values`);
}

function bareOf(text: string): string | undefined {
  let isClosed = true;
  const bare = text.replace(QUOTED, (part: string, _quote?: string, end?: string, bracket?: string) => {
    if (part.startsWith("--") || part.startsWith("/*")) return " ".repeat(part.length);
    if ((end ?? bracket) === "") isClosed = false;
    return MARK.repeat(part.length);
  });
  return isClosed ? bare : undefined;
}

/**
 * Reads a condition that is to stand between parentheses.
 * @throws `ToolError` (`invalid`) as `parseSql` does, and when it would leave the parentheses.
 */
export function parseWhere(where: string, params: readonly unknown[]): string {
  const { sql, bare } = parseSql(where, params);
  if (bare.trim() === "") refuse("`where` is empty; write `true` to mean every row");
  let depth = 0;
  for (const character of bare) {
    if (character === "(") depth++;
    else if (character === ")" && --depth < 0) break;
  }
  if (depth !== 0) refuse("the parentheses of the SQL are not balanced");
  // The line break ends a comment at its end.
  return `(${sql}\n)`;
}

/** First word, in capitals. */
export function verbOf({ bare }: SqlText): string {
  return /^\s*([a-z]*)/i.exec(bare)?.[1]?.toUpperCase() ?? "";
}

/** Whether REPLACE stands in a schema or statement as what to do about a conflict; the function `replace(...)` does not count. */
export function mayReplace(text: string): boolean {
  return /\breplace\b(?!\s*\()/i.test(bareOf(text) ?? text);
}
