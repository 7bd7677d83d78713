import { join } from "node:path";
import ts from "typescript";
import { compilerOptionsOf } from "./compiler-options.js";

const FILES = [
  "proposal/action-proposal.ts",
  "action/action-base.ts",
  "action/tool-call.ts",
  "action/state-actions.ts",
];
const TYPES = ["ToolCall", "StateWrite", "StateRead", "Assertion"];
/** Schemas that have a section of their own, or that a type is better told by. */
const NAMED = ["Precondition", "Assumption", "Compensation", "Action"];

interface Field {
  readonly name: string;
  readonly isOptional: boolean;
  readonly type: string;
  /** As JSON; empty when there is none. */
  readonly standsFor: string;
  readonly meaning: string;
}

/**
 * The reference of a proposal and its actions as Markdown, made of the schemas and the doc comments of `@car/ir`.
 * @throws `TypeError` for a field without a comment.
 */
export function proposalReference(root: string): string {
  const schemas = new Schemas(root);
  const shared = new Set(schemas.fields("StateRead").map(({ name }) => name));
  for (const own of ["type", "parameters"]) shared.delete(own);
  return [
    `## A proposal\n\n${schemas.meaning("ActionProposal")}\n\n${table(schemas.fields("ActionProposal"))}`,
    `## An action\n\nWhat actions of every type have:\n\n${table(schemas.fields("StateRead").filter(({ name }) => shared.has(name)))}`,
    ...TYPES.map((type) => typeSection(schemas, type, shared)),
    ...["Precondition", "Assumption"].map(
      (name) => `## ${name}\n\n${schemas.meaning(name)}\n\n${table(schemas.fields(name))}`,
    ),
    `## Compensation\n\n${schemas.meaning("Compensation")}\n\n${schemas.variants("Compensation").map(table).join("\n\n")}`,
  ].join("\n\n");
}

function typeSection(schemas: Schemas, name: string, shared: ReadonlySet<string>): string {
  const own = schemas.fields(name).filter((field) => !shared.has(field.name));
  const [{ type }] = own.filter((field) => field.name === "type") as [Field];
  return `### ${JSON.parse(type) as string}\n\n${schemas.meaning(name)}\n\n${table(own)}`;
}

function table(fields: readonly Field[]): string {
  const rows = fields.map(({ name, isOptional, type, standsFor, meaning }) => {
    const text = NAMED.includes(type.replace("[]", "")) ? linked(type) : code(type);
    const told = [name === "type" ? "Says which it is." : meaning, standsFor && `Default: ${code(standsFor)}.`];
    if (told[0] === "") throw new TypeError(`\`${name}\` has no doc comment`);
    return `| ${code(name)}${isOptional ? "?" : ""} | ${text} | ${told.filter(Boolean).join(" ").replaceAll("|", "\\|")} |`;
  });
  return ["| field | type | meaning |", "| --- | --- | --- |", ...rows].join("\n");
}

function linked(type: string): string {
  const name = type.replace("[]", "").toLowerCase();
  return `[${code(type)}](#${name === "action" ? "an-action" : name})`;
}

function code(text: string): string {
  return `\`${text.replaceAll("|", "\\|")}\``;
}

/** What the schemas take, as the compiler sees it. */
class Schemas {
  private readonly checker: ts.TypeChecker;
  private readonly symbols = new Map<string, ts.Symbol>();

  constructor(root: string) {
    const files = FILES.map((file) => join(root, "packages/ir/src", file));
    const program = ts.createProgram(files, compilerOptionsOf(root));
    this.checker = program.getTypeChecker();
    for (const file of files) {
      const module = this.checker.getSymbolAtLocation(program.getSourceFile(file)!)!;
      for (const symbol of this.checker.getExportsOfModule(module)) this.symbols.set(symbol.name, symbol);
    }
  }

  /** The comment of a schema. Its type, of the same name, may have another one, on a line of its own. */
  meaning(name: string): string {
    const { valueDeclaration } = this.symbols.get(name)!;
    const [comment] = ts.getJSDocCommentsAndTags(valueDeclaration!.parent.parent);
    return oneLine(ts.getTextOfJSDocComment((comment as ts.JSDoc | undefined)?.comment) ?? "");
  }

  fields(name: string): readonly Field[] {
    return this.fieldsOf(this.inputOf(name));
  }

  /** The fields of each object that a schema of several takes. */
  variants(name: string): readonly (readonly Field[])[] {
    const input = this.inputOf(name);
    return (input.isUnion() ? input.types : [input]).map((type) => this.fieldsOf(type));
  }

  private inputOf(name: string): ts.Type {
    const symbol = this.symbols.get(name)!;
    const schema = this.checker.getTypeOfSymbolAtLocation(symbol, symbol.valueDeclaration!);
    return this.checker.getTypeOfSymbol(schema.getProperty("_input")!);
  }

  /** In the order in which they are written. */
  private fieldsOf(type: ts.Type): readonly Field[] {
    const symbols = [...this.checker.getPropertiesOfType(type)];
    return symbols.sort((left, right) => placeOf(left) - placeOf(right)).map((symbol) => this.field(symbol));
  }

  private field(symbol: ts.Symbol): Field {
    const [declaration] = symbol.declarations ?? [];
    const source =
      declaration !== undefined && ts.isPropertyAssignment(declaration) ? declaration.initializer.getText() : "";
    const isOptional = (symbol.flags & ts.SymbolFlags.Optional) !== 0;
    return {
      name: symbol.name,
      isOptional,
      type: namedIn(source) ?? this.textOf(symbol),
      standsFor: isOptional ? defaultIn(source) : "",
      meaning: oneLine(ts.displayPartsToString(symbol.getDocumentationComment(this.checker))),
    };
  }

  private textOf(symbol: ts.Symbol): string {
    const text = this.checker.typeToString(
      this.checker.getTypeOfSymbol(symbol),
      undefined,
      ts.TypeFormatFlags.NoTruncation,
    );
    return text.replaceAll(" | undefined", "");
  }
}

/** Fields that actions share come first, as they are written elsewhere. */
function placeOf({ declarations }: ts.Symbol): number {
  const [declaration] = declarations ?? [];
  const isShared = declaration?.getSourceFile().fileName.endsWith("action-base.ts") === true;
  return (declaration?.pos ?? 0) + (isShared ? 0 : 1_000_000);
}

function namedIn(source: string): string | undefined {
  const name = NAMED.find((each) => new RegExp(`\\b${each}\\b`).test(source));
  return name && (source.startsWith("z.array") ? `${name}[]` : name);
}

const EMPTY: Readonly<Record<string, string>> = { emptyList: "[]", emptyObject: "{}", FORMAT_VERSION: "1" };

function defaultIn(source: string): string {
  if (source === "keys") return "[]";
  const [, value = ""] = /\.default\(([^)]*)\)/.exec(source) ?? [];
  return EMPTY[value] ?? value;
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}
