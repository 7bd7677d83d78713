import { EVENT_EXAMPLES } from "./event-examples.js";
import { type WireField, type WireParent, type WireShape, WireTypes } from "./wire-types.js";

const EVENT = "packages/ir/src/event";
/** From `docs/reference`. */
const UP = "../..";

/**
 * The reference of all kinds of events as Markdown: what every event has, each kind with its fields and an example, and
 * the types that fields speak of. Made of the types and doc comments of `@car/ir`.
 * @throws `TypeError` for a kind or a field without a comment.
 */
export function eventReference(root: string): string {
  const types = new WireTypes(root, [`${EVENT}/event-data-of.ts`, `${EVENT}/car-event.ts`]);
  const kinds = types.fieldsWithin(`${EVENT}/event-data-of.ts`, "EventDataOf");
  const envelope = types.fields(`${EVENT}/car-event.ts`, "EventEnvelope").map(withoutParameter);
  const seal = types.fields(`${EVENT}/car-event.ts`, "EventSeal");
  const shapes = new Shapes(
    types,
    kinds.flatMap(({ fields }) => fields),
  );
  const link = (field: WireField): string => shapes.link(field);
  return [
    `## What every event has\n\n${table([...envelope, DATA, DATA_DIGEST, ...seal], link)}`,
    `## Kinds\n\n${kinds.map(({ name, meaning }) => `- [\`${name}\`](#${name}): ${firstSentence(meaning)}`).join("\n")}`,
    ...kinds.map((kind) => kindSection(kind, link)),
    `## Types\n\n${shapes.sections(link).join("\n\n")}`,
  ].join("\n\n");
}

/** What `data` is depends on the kind, which its type says in a way that only programs read. */
const DATA: WireField = {
  name: "data",
  isOptional: false,
  type: "object",
  meaning: "The payload; see the kinds below.",
  names: [],
};
const DATA_DIGEST: WireField = {
  name: "data_digest",
  isOptional: true,
  type: "string",
  meaning:
    "SHA-256 of the payload that was sealed. Present only when `data` is something else: `{}` when the payload was erased, something shorter when it was redacted or clipped for this reading.",
  names: [],
};

function withoutParameter(field: WireField): WireField {
  return field.type === "K" ? { ...field, type: "string" } : field;
}

function kindSection({ name, meaning, fields }: WireParent, link: (field: WireField) => string): string {
  const example: unknown = (EVENT_EXAMPLES as Readonly<Record<string, unknown>>)[name];
  if (example === undefined) throw new TypeError(`\`${name}\` has no example`);
  const payload = fields.length === 0 ? "It has no payload." : table(fields, link);
  const shown = fields.length === 0 ? "" : `\n\n\`\`\`json\n${JSON.stringify(example)}\n\`\`\``;
  return `### ${name}\n\n${said(name, meaning)}\n\n${payload}${shown}`;
}

function table(fields: readonly WireField[], link: (field: WireField) => string): string {
  const rows = fields.map((field) => {
    const { name, isOptional, meaning } = field;
    return `| \`${name}\`${isOptional ? "?" : ""} | ${link(field)} | ${said(name, meaning).replaceAll("|", "\\|")} |`;
  });
  return ["| field | type | meaning |", "| --- | --- | --- |", ...rows].join("\n");
}

/** The named types that fields speak of, each described once, in order of first mention. */
class Shapes {
  private readonly shapes = new Map<string, WireShape>();
  private readonly types: WireTypes;

  constructor(types: WireTypes, fields: readonly WireField[]) {
    this.types = types;
    this.take(fields);
  }

  /** The type of a field; a link where there is more to say about it. */
  link({ type, names: [name] }: WireField): string {
    const text = `\`${type.replaceAll("|", "\\|")}\``;
    const shape = name === undefined ? undefined : this.shapes.get(name);
    if (name === undefined || shape === undefined) return text;
    if (name === "ReasonCode") return `[${text}](errors.md#reasons)`;
    return shape.kind === "schema" ? `[${text}](${UP}/${shape.file})` : `[${text}](#${name.toLowerCase()})`;
  }

  sections(link: (field: WireField) => string): readonly string[] {
    return [...this.shapes].flatMap(([name, shape]) => {
      switch (shape.kind) {
        case "object":
          return [`### ${name}\n\n${said(name, shape.meaning)}\n\n${table(shape.fields, link)}`];
        case "choice":
          return [`### ${name}\n\n${said(name, shape.meaning)}\n\n${choiceText(shape)}`];
        case "schema":
          return [];
      }
    });
  }

  private take(fields: readonly WireField[]): void {
    for (const name of fields.flatMap(({ names }) => names)) {
      if (this.shapes.has(name)) continue;
      const shape = this.types.shape(name);
      this.shapes.set(name, shape);
      if (shape.kind === "object") this.take(shape.fields);
    }
  }
}

/** What the comment of the type itself lists is not listed again. */
function choiceText({ meaning, choices }: Extract<WireShape, { kind: "choice" }>): string {
  if (meaning.includes("\n- ")) return "";
  if (choices.some((choice) => choice.meaning !== "")) {
    return choices.map((choice) => `- \`${choice.value}\`: ${choice.meaning}`).join("\n");
  }
  return `One of ${choices.map(({ value }) => `\`${value}\``).join(", ")}.`;
}

function said(name: string, meaning: string): string {
  if (meaning === "") throw new TypeError(`\`${name}\` has no doc comment`);
  return meaning;
}

function firstSentence(text: string): string {
  return /^.*?\.(?= |$)/.exec(text)?.[0] ?? text;
}
