/** Where a text stops being JSON, and why. `offset` counts UTF-16 units from 0. */
export interface JsonTextError {
  readonly offset: number;
  readonly message: string;
}

/** What may stand at the current place. */
type Expected = "value" | "value or end of array" | "name" | "name or end of object" | "colon" | "comma or end" | "end";

interface Scan {
  readonly text: string;
  at: number;
  expected: Expected;
  /** The closing bracket of each open array and object. */
  readonly closers: ("]" | "}")[];
  error: JsonTextError | undefined;
}

/**
 * Finds the first place where `text` is not JSON or is nested deeper than `maxDepth`; `undefined` when there is none.
 * The answer is the same in every JavaScript engine, unlike the messages of `JSON.parse`. Linear time, no recursion.
 */
export function scanJson(text: string, maxDepth: number): JsonTextError | undefined {
  const scan = scanValueAt(text, 0, maxDepth);
  skipSpace(scan);
  if (scan.error === undefined && scan.at < text.length) unexpected(scan, "nothing after the value");
  return scan.error;
}

/** Where the JSON value that begins at `from` ends, whatever follows it, or why there is none. */
export function scanJsonAt(text: string, from: number, maxDepth: number): { readonly end: number } | JsonTextError {
  const scan = scanValueAt(text, from, maxDepth);
  return scan.error ?? { end: scan.at };
}

function scanValueAt(text: string, from: number, maxDepth: number): Scan {
  const scan: Scan = { text, at: from, expected: "value", closers: [], error: undefined };
  while (scan.error === undefined && scan.expected !== "end") {
    skipSpace(scan);
    if (scan.at >= text.length) fail(scan, "the text ends too early");
    else step(scan, text.charAt(scan.at));
    if (scan.closers.length > maxDepth) fail(scan, `nested deeper than ${maxDepth} levels`, scan.at - 1);
  }
  return scan;
}

function step(scan: Scan, char: string): void {
  switch (scan.expected) {
    case "value":
      return scanValue(scan, char);
    case "value or end of array":
      return char === "]" ? close(scan) : scanValue(scan, char);
    case "name or end of object":
      return char === "}" ? close(scan) : scanName(scan, char);
    case "name":
      return scanName(scan, char);
    case "colon":
      return char === ":" ? pass(scan, "value") : unexpected(scan, "`:`");
    case "comma or end":
      if (char === scan.closers.at(-1)) return close(scan);
      if (char !== ",") return unexpected(scan, `\`,\` or \`${scan.closers.at(-1) ?? ""}\``);
      return pass(scan, scan.closers.at(-1) === "}" ? "name" : "value");
    case "end":
  }
}

function scanValue(scan: Scan, char: string): void {
  if (char === "{") return open(scan, "}");
  if (char === "[") return open(scan, "]");
  if (char === '"') return scanString(scan, afterValue(scan));
  if (char === "-" || isDigit(char)) return scanNumber(scan);
  const word = ["true", "false", "null"].find((literal) => scan.text.startsWith(literal, scan.at));
  if (word === undefined) return unexpected(scan, "a value");
  scan.at += word.length;
  scan.expected = afterValue(scan);
}

function scanName(scan: Scan, char: string): void {
  if (char === '"') scanString(scan, "colon");
  else unexpected(scan, "a name in double quotes");
}

function open(scan: Scan, closer: "]" | "}"): void {
  scan.closers.push(closer);
  pass(scan, closer === "]" ? "value or end of array" : "name or end of object");
}

function close(scan: Scan): void {
  scan.closers.pop();
  pass(scan, afterValue(scan));
}

function pass(scan: Scan, expected: Expected): void {
  scan.at += 1;
  scan.expected = expected;
}

function afterValue(scan: Scan): Expected {
  return scan.closers.length === 0 ? "end" : "comma or end";
}

function scanString(scan: Scan, next: Expected): void {
  const special = /["\\\u0000-\u001f]/g;
  const start = scan.at;
  special.lastIndex = start + 1;
  for (let match = special.exec(scan.text); match !== null; match = special.exec(scan.text)) {
    scan.at = match.index;
    if (match[0] === '"') return pass(scan, next);
    const escape = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
    escape.lastIndex = match.index;
    if (match[0] !== "\\") return void fail(scan, `${charName(match[0])} must be escaped inside a string`);
    if (!escape.test(scan.text)) return void fail(scan, "this is not an escape that JSON knows");
    special.lastIndex = escape.lastIndex;
  }
  fail(scan, "the string does not end", start);
}

function scanNumber(scan: Scan): void {
  if (scan.text.charAt(scan.at) === "-") scan.at += 1;
  if (scan.text.charAt(scan.at) === "0") scan.at += 1;
  else if (!skipDigits(scan)) return unexpected(scan, "a digit");
  if (scan.text.charAt(scan.at) === ".") {
    scan.at += 1;
    if (!skipDigits(scan)) return unexpected(scan, "a digit");
  }
  if (/[eE]/.test(scan.text.charAt(scan.at))) {
    scan.at += /[+-]/.test(scan.text.charAt(scan.at + 1)) ? 2 : 1;
    if (!skipDigits(scan)) return unexpected(scan, "a digit");
  }
  scan.expected = afterValue(scan);
}

function skipDigits(scan: Scan): boolean {
  const start = scan.at;
  while (isDigit(scan.text.charAt(scan.at))) scan.at += 1;
  return scan.at > start;
}

function isDigit(char: string): boolean {
  return char >= "0" && char <= "9";
}

function skipSpace(scan: Scan): void {
  for (; scan.at < scan.text.length; scan.at++) {
    const code = scan.text.charCodeAt(scan.at);
    if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
  }
}

function unexpected(scan: Scan, expected: string): void {
  const { text, at } = scan;
  const word = /^[A-Za-z_]{1,20}/.exec(text.slice(at, at + 20))?.[0];
  const met =
    at >= text.length ? "the end of the text" : word === undefined ? charName(text.charAt(at)) : `\`${word}\``;
  fail(scan, `expected ${expected}, got ${met}`);
}

function charName(char: string): string {
  if (char === "`") return "a backquote";
  return char > " " && char <= "~"
    ? `\`${char}\``
    : `U+${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}`;
}

function fail(scan: Scan, message: string, offset = scan.at): JsonTextError {
  return (scan.error = { offset, message });
}
