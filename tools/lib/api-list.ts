import { join } from "node:path";
import ts from "typescript";
import type { WorkspacePackage } from "./workspace.js";

/** Subpaths of a package with their declaration files, absolute, as the exports map gives them to `import`. */
export function declarationFiles(root: string, { folder, manifest }: WorkspacePackage): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const [subpath, target] of Object.entries(manifest.exports ?? {})) {
    if (subpath === "./package.json") continue;
    const { types } = (target as { import: { types: string } }).import;
    files.set(subpath, join(root, folder, types));
  }
  return files;
}

/**
 * What a package exports, one line per name: subpath, kind, name. Names are in code-unit order, so that the list
 * changes only when the API does.
 */
export function apiList(declarations: ReadonlyMap<string, string>): string {
  const program = ts.createProgram([...declarations.values()], {
    module: ts.ModuleKind.NodeNext,
    skipLibCheck: true,
    types: [],
  });
  const lines = [...declarations].flatMap(([subpath, file]) =>
    exportsOf(program, file).map(({ kind, name }) => `${subpath} ${kind} ${name}`),
  );
  return `${lines.join("\n")}\n`;
}

interface Exported {
  readonly name: string;
  readonly kind: string;
}

function exportsOf(program: ts.Program, file: string): readonly Exported[] {
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file);
  const module = source && checker.getSymbolAtLocation(source);
  if (module === undefined) throw new Error(`${file} is no module; build first`);
  return checker
    .getExportsOfModule(module)
    .map((symbol) => ({ name: symbol.name, kind: kindOf(resolveAlias(checker, symbol)) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

function resolveAlias(checker: ts.TypeChecker, symbol: ts.Symbol): ts.Symbol {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

const KINDS: readonly (readonly [ts.SymbolFlags, string])[] = [
  [ts.SymbolFlags.Function, "function"],
  [ts.SymbolFlags.Class, "class"],
  [ts.SymbolFlags.Variable, "const"],
  [ts.SymbolFlags.TypeAlias, "type"],
  [ts.SymbolFlags.Interface, "interface"],
];

/** `const+type` for a schema that shares its name with the type it infers. A class is not an interface as well. */
function kindOf({ flags }: ts.Symbol): string {
  const kinds = KINDS.filter(([flag]) => (flags & flag) !== 0).map(([, kind]) => kind);
  if (kinds.length === 0) throw new Error(`an export is of no known kind (flags ${flags})`);
  return kinds.join("+");
}
