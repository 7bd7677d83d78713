import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

/**
 * Circles of `files` that import one another when they run, each as a path that ends where it begins. What only the
 * compiler follows (`import type`, `export type`) is no edge. Of circles that share a file, one may stand for others.
 */
export function importCircles(root: string, files: readonly string[]): readonly (readonly string[])[] {
  const circles: (readonly string[])[] = [];
  const seen = new Set<string>();
  const path: string[] = [];
  const known = new Set(files);

  const visit = (file: string): void => {
    const start = path.indexOf(file);
    if (start >= 0) circles.push([...path.slice(start), file]);
    if (seen.has(file)) return;
    seen.add(file);
    path.push(file);
    for (const target of valueImports(root, file)) if (known.has(target)) visit(target);
    path.pop();
  };
  for (const file of files) visit(file);
  return circles;
}

function valueImports(root: string, file: string): readonly string[] {
  const source = ts.createSourceFile(file, readFileSync(join(root, file), "utf8"), ts.ScriptTarget.ES2022);
  return source.statements
    .flatMap((statement) => {
      const isImport = ts.isImportDeclaration(statement);
      if (!isImport && !ts.isExportDeclaration(statement)) return [];
      const isForTypes = isImport
        ? statement.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword
        : statement.isTypeOnly;
      const { moduleSpecifier } = statement;
      return isForTypes || moduleSpecifier === undefined ? [] : [(moduleSpecifier as ts.StringLiteral).text];
    })
    .filter((specifier) => specifier.startsWith("."))
    .map((specifier) => join(file, "..", specifier).replace(/\.js$/, ".ts"));
}
