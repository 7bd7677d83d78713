export { undoFs } from "./undo-fs.js";
export type { PruneReport, UndoFs, UndoFsOptions } from "./undo-fs.js";
export type { WrapOptions } from "./wrap-tool.js";
export { NOT_RESTORED } from "./not-restored.js";
