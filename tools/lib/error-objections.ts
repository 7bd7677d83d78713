import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Problem } from "./report.js";

/** The page with every code, when it is given, and what to do. */
const ERRORS_PAGE = "docs/reference/errors.md";

/** A table of the page, under its heading, and the codes that it must have: each once, and no other. */
export interface CodeTable {
  readonly heading: string;
  readonly codes: readonly string[];
}

/** Objects to a code that the page does not explain, explains twice, or that does not exist. */
export function errorObjections(root: string, tables: readonly CodeTable[]): readonly Problem[] {
  const lines = readFileSync(join(root, ERRORS_PAGE), "utf8").split("\n");
  return tables.flatMap((table) => tableObjections(lines, table));
}

function tableObjections(lines: readonly string[], { heading, codes }: CodeTable): readonly Problem[] {
  const start = lines.indexOf(`## ${heading}`) + 1;
  if (start === 0) return [{ file: ERRORS_PAGE, message: `no heading \`## ${heading}\`` }];
  const length = lines.slice(start).findIndex((text) => text.startsWith("## "));
  const rows = rowsOf(lines.slice(start, length < 0 ? undefined : start + length), start + 1);
  const seen = new Set<string>();
  const wrong = rows.flatMap(({ code, texts, line }): Problem[] => {
    const what = !codes.includes(code) ? "does not exist" : seen.has(code) ? "is explained twice" : gapIn(texts);
    seen.add(code);
    return what === undefined ? [] : [{ file: ERRORS_PAGE, line, message: `\`${code}\` ${what}` }];
  });
  const missing = codes.filter((code) => !seen.has(code));
  return [...wrong, ...missing.map((code) => ({ file: ERRORS_PAGE, message: `\`${code}\` is missing` }))];
}

interface Row {
  readonly code: string;
  readonly texts: readonly string[];
  readonly line: number;
}

function rowsOf(lines: readonly string[], firstLine: number): readonly Row[] {
  return lines.flatMap((text, index) => {
    const [, code, rest = ""] = /^\| `([^`]+)` *\|(.*)\|\s*$/.exec(text) ?? [];
    return code === undefined
      ? []
      : [{ code, texts: rest.split("|").map((cell) => cell.trim()), line: firstLine + index }];
  });
}

/** When it is given, and what to do. */
function gapIn(texts: readonly string[]): string | undefined {
  return texts.length < 2 || texts.includes("") ? "has an empty cell" : undefined;
}
