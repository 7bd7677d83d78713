import { builtinModules } from "node:module";
import ts from "typescript";
import { lineAt } from "./report.js";

/** One `import`, `export ... from`, `import()` or `require()` with a literal specifier. */
export interface Import {
  readonly specifier: string;
  readonly line: number;
}

/** Everything that a source text imports, type-only imports included, in the order of the text. */
export function importsOf(text: string): readonly Import[] {
  return ts
    .preProcessFile(text, true, true)
    .importedFiles.map(({ fileName, pos }) => ({ specifier: fileName, line: lineAt(text, pos) }));
}

/** `@scope/name` of `@scope/name/sub/path`, `name` of `name/sub/path`. */
export function packageOf(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

/** True for `node:fs`, and for `fs` and `fs/promises` too. */
export function isNodeBuiltin(specifier: string): boolean {
  return specifier.startsWith("node:") || builtinModules.includes(specifier);
}
