import ts from "typescript";
import type { Problem } from "./report.js";

/**
 * Objects to every statement of an entry file that is not `export { a, b } from "./file.js"`, types included, and to
 * more than `mostNames` names.
 */
export function entryObjections(text: string, mostNames: number): readonly Omit<Problem, "file">[] {
  const source = ts.createSourceFile("index.ts", text, ts.ScriptTarget.ES2022);
  const names = source.statements.reduce((sum, statement) => sum + namesIn(statement), 0);
  const tooMany = names > mostNames ? [{ message: `lists ${names} names; at most ${mostNames}` }] : [];
  const logic = source.statements
    .filter((statement) => !isNamedReExport(statement))
    .map((statement) => ({
      line: source.getLineAndCharacterOfPosition(statement.getStart(source)).line + 1,
      message: "an entry file only lists names: `export { a, b } from`",
    }));
  return [...tooMany, ...logic];
}

function namesIn(statement: ts.Statement): number {
  const clause = ts.isExportDeclaration(statement) ? statement.exportClause : undefined;
  return clause !== undefined && ts.isNamedExports(clause) ? clause.elements.length : 0;
}

function isNamedReExport(statement: ts.Statement): boolean {
  if (!ts.isExportDeclaration(statement) || statement.moduleSpecifier === undefined) return false;
  return statement.exportClause !== undefined && ts.isNamedExports(statement.exportClause);
}
