export { IRREVERSIBLE_GIT_TOOLS, undoGit } from "./undo-git.js";
export type { ImageScope, UndoGit, UndoGitOptions } from "./undo-git.js";
