import { type JsonObject, ToolError } from "@car/ir";
import type { Tool } from "@car/ir/ports";
import { type Image, type ImageOf, restoreImage, takeImage } from "./image.js";
import type { Kit } from "./kit.js";
import { PARAMS, sqlText, strict, TABLE } from "./parameters.js";
import { putBack } from "./put-back.js";
import { VALUE_SCHEMA } from "./sql-value.js";

const WHERE = sqlText("Condition in SQL; without it all rows.");
const ROWS: JsonObject = { type: "array", items: { type: "array", items: VALUE_SCHEMA } };
const TABLE_IMAGE = strict(
  {
    table: TABLE,
    where: WHERE,
    params: PARAMS,
    columns: { type: "array", items: { type: "string" } },
    rows: ROWS,
    sequence: VALUE_SCHEMA,
  },
  ["table", "columns", "rows", "sequence"],
);

/** The tools that the runtime calls to undo: what a call of the kit has changed, and, for other tools, images. */
export function undoTools(kit: Kit): Tool[] {
  const { prefix } = kit;
  return [
    {
      schema: {
        name: `${prefix}_undo`,
        description:
          "Undoes one call that inserted, updated or deleted rows; nothing that was changed since is overwritten.",
        parameters: strict({ undo: { type: "string", minLength: 1, description: "`undo` of the call's output." } }),
        idempotent: true,
      },
      execute: ({ undo }) => undoCall(kit, undo as string),
    },
    {
      schema: {
        name: `${prefix}_image`,
        description:
          "Reads rows exactly as they are: of one `table`, or, with `sql`, of all tables that a statement would write.",
        // Some models take no schema that has its alternatives at the top.
        parameters: strict(
          { sql: sqlText("The statement; it is not run."), table: TABLE, where: WHERE, params: PARAMS },
          [],
        ),
        reversibility: "reversible",
        idempotent: true,
      },
      execute: (parameters) => takeImage(kit, imageOf(parameters)),
    },
    {
      schema: {
        name: `${prefix}_restore`,
        description: "Brings rows back to what an image says.",
        parameters: strict({ image: strict({ tables: { type: "array", items: TABLE_IMAGE } }) }),
        idempotent: true,
      },
      execute: ({ image }) => restoreImage(kit, image as unknown as Image),
    },
  ];
}

function imageOf(parameters: JsonObject): ImageOf {
  const names = Object.keys(parameters);
  const isOne = names.includes("sql") ? names.length === 1 : names.includes("table");
  if (!isOne) throw new ToolError("an image is taken either of `sql` or of `table`", { class: "invalid" });
  return parameters as unknown as ImageOf;
}

/** Undoes a call once; asked again, it does nothing. */
function undoCall({ connection, ledger }: Kit, key: string): JsonObject {
  return putBack(
    connection,
    () => {
      const entry = ledger.find(key);
      if (entry !== undefined) return entry.inverse ?? { tables: [], sequences: [] };
      throw new ToolError("nothing is known of such a call: it was forgotten, or has never happened", {
        class: "not_found",
      });
    },
    ({ restored, kept }) => {
      ledger.markUndone(key);
      return { restored, ...(kept.length === 0 ? {} : { counters_kept: [...kept] }) };
    },
  );
}
