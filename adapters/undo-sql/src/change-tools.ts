import { type JsonObject, type JsonValue, ToolError } from "@car/ir";
import type { Tool } from "@car/ir/ports";
import { act, type Change } from "./act.js";
import type { Connection } from "./connection.js";
import type { Kit } from "./kit.js";
import { PARAMS, sqlText, strict, TABLE, VALUES } from "./parameters.js";
import { parseSql, parseWhere, quoted, type SqlText } from "./sql-text.js";
import { type Bound, boundOf, boundParams } from "./sql-value.js";
import { tableShape, type TableShape } from "./table-shape.js";

/** Values by the names of columns. */
type Values = Readonly<Record<string, JsonValue>>;

/** A tool of which every call is one transaction, can be undone, and is known by its key. */
interface Definition {
  readonly name: string;
  readonly description: string;
  readonly parameters: JsonObject;
  /** What a call does; `parameters` fit the schema. */
  readonly plan: (parameters: JsonObject, connection: Connection) => Change;
}

const WHERE = sqlText("Condition in SQL, such as `id = ?`; `true` means every row.");

const DEFINITIONS: readonly Definition[] = [
  {
    name: "insert",
    description: "Inserts rows into a table: all of them or none. Can be undone.",
    parameters: strict({ table: TABLE, rows: { type: "array", items: VALUES, minItems: 1, maxItems: 1_000 } }),
    plan: planInsert,
  },
  {
    name: "update",
    description: "Sets columns in the rows of a table that meet a condition. Can be undone.",
    parameters: strict({ table: TABLE, set: VALUES, where: WHERE, params: PARAMS }, ["table", "set", "where"]),
    plan: planUpdate,
  },
  {
    name: "delete",
    description: "Deletes the rows of a table that meet a condition. Can be undone.",
    parameters: strict({ table: TABLE, where: WHERE, params: PARAMS }, ["table", "where"]),
    plan: planDelete,
  },
  {
    name: "execute",
    description:
      "Runs one INSERT, UPDATE or DELETE statement. Can be undone. Other statements, such as CREATE or DROP, are refused.",
    parameters: strict({ sql: sqlText("One INSERT, UPDATE or DELETE statement."), params: PARAMS }, ["sql"]),
    plan: planStatement,
  },
];

/** The tools that change rows. */
export function changeTools(kit: Kit): Tool[] {
  return DEFINITIONS.map(({ name, description, parameters, plan }) => ({
    schema: {
      name: `${kit.prefix}_${name}`,
      description,
      parameters,
      idempotent: true,
      reversibility: "compensable",
      compensation: { tool: `${kit.prefix}_undo`, parameters: { undo: "$output.undo" } },
    },
    execute: (given, { idempotencyKey }) => act(kit, idempotencyKey, (connection) => plan(given, connection)),
    probe: (_, { idempotencyKey, startedAt }) => {
      const entry = kit.ledger.find(idempotencyKey);
      if (entry !== undefined) return { happened: true, output: entry.output };
      return kit.ledger.reachesBackTo(startedAt) ? { happened: false } : undefined;
    },
  }));
}

function planInsert(parameters: JsonObject, connection: Connection): Change {
  const { table, rows } = parameters as { readonly table: string; readonly rows: readonly Values[] };
  const shape = tableShape(connection, table);
  const statements = rows.map((row, index) => {
    const columns = boundColumns(shape, row, `rows[${index}]`);
    const names = columns.map(({ name }) => quoted(name)).join(", ");
    const places = columns.map(({ place }) => place).join(", ");
    const values = columns.length === 0 ? "DEFAULT VALUES" : `(${names}) VALUES (${places})`;
    const text = ownText(`INSERT INTO main.${quoted(shape.name)} ${values}`);
    return { text, params: columns.map(({ value }) => value) };
  });
  return { statements, givesRowids: shape.hasRowid };
}

function planUpdate(parameters: JsonObject, connection: Connection): Change {
  const {
    table,
    set,
    where,
    params = [],
  } = parameters as {
    readonly table: string;
    readonly set: Values;
    readonly where: string;
    readonly params?: readonly JsonValue[];
  };
  const shape = tableShape(connection, table);
  const columns = boundColumns(shape, set, "set");
  if (columns.length === 0) throw new ToolError("`set` names no column", { class: "invalid" });
  const assignments = columns.map(({ name, place }) => `${quoted(name)} = ${place}`).join(", ");
  const text = ownText(`UPDATE main.${quoted(shape.name)} SET ${assignments} WHERE ${parseWhere(where, params)}`);
  const values = [...columns.map(({ value }) => value), ...boundParams(params)];
  return { statements: [{ text, params: values }], givesRowids: false };
}

function planDelete(parameters: JsonObject, connection: Connection): Change {
  const {
    table,
    where,
    params = [],
  } = parameters as {
    readonly table: string;
    readonly where: string;
    readonly params?: readonly JsonValue[];
  };
  const { name } = tableShape(connection, table);
  const text = ownText(`DELETE FROM main.${quoted(name)} WHERE ${parseWhere(where, params)}`);
  return { statements: [{ text, params: boundParams(params) }], givesRowids: false };
}

function planStatement(parameters: JsonObject): Change {
  const { sql, params = [] } = parameters as { readonly sql: string; readonly params?: readonly JsonValue[] };
  const text = parseSql(sql, params);
  return { statements: [{ text, params: boundParams(params) }], givesRowids: false };
}

/** A statement of which every part has been looked at. */
function ownText(sql: string): SqlText {
  return { sql, bare: sql };
}

function boundColumns(shape: TableShape, values: Values, place: string): (Bound & { readonly name: string })[] {
  return Object.entries(values).map(([given, value]) => {
    const name = shape.columns.find((column) => column.toLowerCase() === given.toLowerCase());
    if (name !== undefined) return { name, ...boundOf(value, `${place}.${given}`) };
    throw new ToolError(
      `${place}: \`${shape.name}\` has no column \`${given}\` that can be written; it has \`${shape.columns.join("`, `")}\``,
      { class: "not_found" },
    );
  });
}
