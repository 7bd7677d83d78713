import { join, relative } from "node:path";
import ts from "typescript";
import { compilerOptionsOf } from "./compiler-options.js";

/** One field of a type, as its source has it. */
export interface WireField {
  readonly name: string;
  readonly isOptional: boolean;
  /** Without `readonly`, on one line. */
  readonly type: string;
  /** The doc comment, on one line; empty when there is none. */
  readonly meaning: string;
  /** Named types of `@car/ir` that the type speaks of. */
  readonly names: readonly string[];
}

/** A field whose own fields are of interest. */
export interface WireParent extends WireField {
  readonly fields: readonly WireField[];
}

/** A named type that fields speak of. */
export type WireShape =
  | { readonly kind: "object"; readonly meaning: string; readonly fields: readonly WireField[] }
  | { readonly kind: "choice"; readonly meaning: string; readonly choices: readonly WireChoice[] }
  /** Made by a schema: its source says more than its type. */
  | { readonly kind: "schema"; readonly file: string };

/** One value of a choice. */
export interface WireChoice {
  readonly value: string;
  readonly meaning: string;
}

/** What every reader of JSON knows, or TypeScript. */
const KNOWN = new Set(["JsonValue", "JsonObject", "JsonArray", "Readonly", "Record", "Exclude"]);

/** Reads types and their doc comments out of the sources of `@car/ir`. */
export class WireTypes {
  private readonly root: string;
  private readonly checker: ts.TypeChecker;
  private readonly program: ts.Program;
  private readonly found = new Map<string, ts.TypeAliasDeclaration>();

  /** `files` are relative to `root`; what they import is read as well. */
  constructor(root: string, files: readonly string[]) {
    this.root = root;
    this.program = ts.createProgram(
      files.map((file) => join(root, file)),
      compilerOptionsOf(root),
    );
    this.checker = this.program.getTypeChecker();
  }

  /** The fields of an exported interface, in order. */
  fields(file: string, name: string): readonly WireField[] {
    return this.fieldsOf(this.exported(file, name));
  }

  /** The same, and of each the fields of its own type. */
  fieldsWithin(file: string, name: string): readonly WireParent[] {
    const symbols = this.checker.getPropertiesOfType(this.exported(file, name));
    return symbols.map((symbol) => {
      return { ...this.field(symbol), fields: this.fieldsOf(this.checker.getTypeOfSymbol(symbol)) };
    });
  }

  /** A type that some field has named. */
  shape(name: string): WireShape {
    const alias = this.found.get(name);
    if (alias === undefined) throw new TypeError(`no field names \`${name}\``);
    const { type } = alias;
    const symbol = this.checker.getSymbolAtLocation(alias.name);
    const meaning = ts.displayPartsToString(symbol?.getDocumentationComment(this.checker));
    const fields = this.checker.getPropertiesOfType(this.checker.getTypeFromTypeNode(type));
    const isPlain = ts.isTypeLiteralNode(type) || ts.isIntersectionTypeNode(type);
    if (isPlain && fields.every(isWritten))
      return { kind: "object", meaning, fields: fields.map((each) => this.field(each)) };
    if (ts.isUnionTypeNode(type)) return { kind: "choice", meaning, choices: choicesOf(type) };
    return { kind: "schema", file: relative(this.root, alias.getSourceFile().fileName) };
  }

  private exported(file: string, name: string): ts.Type {
    const source = this.program.getSourceFile(join(this.root, file));
    const module = source && this.checker.getSymbolAtLocation(source);
    const symbol = module && this.checker.getExportsOfModule(module).find((each) => each.name === name);
    if (symbol === undefined) throw new TypeError(`\`${file}\` exports no \`${name}\``);
    return this.checker.getDeclaredTypeOfSymbol(symbol);
  }

  private fieldsOf(type: ts.Type): readonly WireField[] {
    return this.checker.getPropertiesOfType(type).map((symbol) => this.field(symbol));
  }

  private field(symbol: ts.Symbol): WireField {
    const node = symbol.declarations?.find(ts.isPropertySignature)?.type;
    if (node === undefined) throw new TypeError(`\`${symbol.name}\` is no plain field`);
    return {
      name: symbol.name,
      isOptional: (symbol.flags & ts.SymbolFlags.Optional) !== 0,
      type: this.textOf(node),
      meaning: oneLine(ts.displayPartsToString(symbol.getDocumentationComment(this.checker))),
      names: this.namesIn(node),
    };
  }

  /** As written; only a type that is told by another one's field is written out. */
  private textOf(node: ts.TypeNode): string {
    const type = this.checker.getTypeFromTypeNode(node);
    const text = /\["/.test(node.getText()) ? this.checker.typeToString(type) : node.getText();
    return text
      .replace(/\breadonly /g, "")
      .replace(/\s+/g, " ")
      .replace(/^\| /, "");
  }

  private namesIn(node: ts.Node): readonly string[] {
    if (ts.isIndexedAccessTypeNode(node)) return [];
    if (!ts.isTypeReferenceNode(node)) {
      const names: string[] = [];
      ts.forEachChild(node, (child) => void names.push(...this.namesIn(child)));
      return names;
    }
    const own = this.aliasOf(node.typeName);
    const inside = (node.typeArguments ?? []).flatMap((argument) => this.namesIn(argument));
    return own === undefined ? inside : [own, ...inside];
  }

  private aliasOf(name: ts.EntityName): string | undefined {
    const symbol = this.checker.getSymbolAtLocation(name);
    if (symbol === undefined || KNOWN.has(symbol.name)) return undefined;
    const target = symbol.flags & ts.SymbolFlags.Alias ? this.checker.getAliasedSymbol(symbol) : symbol;
    const alias = target.declarations?.find(ts.isTypeAliasDeclaration);
    if (alias === undefined) return undefined;
    this.found.set(target.name, alias);
    return target.name;
  }
}

/** A field that somebody has written down, not a schema. */
function isWritten({ declarations = [] }: ts.Symbol): boolean {
  return declarations.some(ts.isPropertySignature);
}

/** The comment of a value stands before the bar that leads to it. */
function choicesOf({ types, pos }: ts.UnionTypeNode): readonly WireChoice[] {
  return types.map((node, index) => {
    const before = node.getSourceFile().text.slice(types[index - 1]?.end ?? pos, node.getStart());
    const [, comment = ""] = /\/\*\*(.*?)\*\//s.exec(before) ?? [];
    return { value: node.getText(), meaning: oneLine(comment) };
  });
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
