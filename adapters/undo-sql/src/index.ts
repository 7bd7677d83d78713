export { undoSql } from "./undo-sql.js";
export type { UndoSql, UndoSqlOptions } from "./undo-sql.js";
