import { ToolError } from "@car/ir";
import type { Connection } from "./connection.js";
import { type SqlText, verbOf } from "./sql-text.js";

const VERBS = ["INSERT", "UPDATE", "DELETE", "REPLACE", "WITH"];

/**
 * The tables that one INSERT, UPDATE or DELETE may write, triggers and foreign keys included, in code-unit order: SQLite
 * compiles it, and its program says what it opens.
 * @throws `ToolError` (`invalid`) for any other statement, and for one that writes what cannot be followed.
 */
export function writtenTables(connection: Connection, text: SqlText): string[] {
  const refuse = (problem: string): never => {
    throw new ToolError(problem, { class: "invalid" });
  };
  const verb = verbOf(text);
  if (!VERBS.includes(verb)) {
    refuse(`only INSERT, UPDATE and DELETE can be undone; \`${verb}\` is no statement for this tool`);
  }
  const owners = new Map(
    connection.all("SELECT rootpage, tbl_name FROM sqlite_schema WHERE rootpage > 0") as [bigint, string][],
  );
  const tables = new Set<string>();
  for (const [, opcode, p1, p2, p3] of connection.program(text.sql)) {
    if (opcode === "VUpdate") refuse("it writes a virtual table, as full-text search has them: that cannot be undone");
    if (opcode !== "OpenWrite" && opcode !== "Clear") continue;
    const [page, database] = opcode === "OpenWrite" ? [p2, p3] : [p1, p2];
    const table = database === 0n ? owners.get(page as bigint) : undefined;
    tables.add(table ?? refuse("it writes a table outside of the main database: that cannot be undone"));
  }
  if (tables.size === 0) refuse("it changes no table");
  return [...tables].sort();
}
