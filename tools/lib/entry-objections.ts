import ts from "typescript";
import type { Problem } from "./report.js";

/** Objects to every statement of an entry file that is not `export { a, b } from "./file.js"`, types included. */
export function entryObjections(text: string): readonly Omit<Problem, "file">[] {
  const source = ts.createSourceFile("index.ts", text, ts.ScriptTarget.ES2022);
  return source.statements
    .filter((statement) => !isNamedReExport(statement))
    .map((statement) => ({
      line: source.getLineAndCharacterOfPosition(statement.getStart(source)).line + 1,
      message: "an entry file only lists names: `export { a, b } from`",
    }));
}

function isNamedReExport(statement: ts.Statement): boolean {
  if (!ts.isExportDeclaration(statement) || statement.moduleSpecifier === undefined) return false;
  return statement.exportClause !== undefined && ts.isNamedExports(statement.exportClause);
}
