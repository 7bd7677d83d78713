import type { ToolEffect } from "@car/ir";
import type { Tool } from "@car/ir/ports";
import { undoGit } from "@car/undo-git";
import type { Workspace } from "../workspace/create-workspace.js";
import { RELEASE_PUSHED, REPO_HEAD } from "./state-keys.js";

/** The tools taken from the kit, each with what this host wants to know of it in its state. */
const TAKEN: Readonly<Record<string, readonly ToolEffect[]>> = {
  git_status: [],
  git_log: [],
  git_diff: [],
  git_commit: [{ key: REPO_HEAD, value: "$output.commit" }],
  git_tag: [],
  git_push: [{ key: RELEASE_PUSHED, value: "$output.pushed" }],
  git_image: [],
  git_restore: [],
};

/** Git for the agent: looking is free, commits and tags can be undone, a push cannot. */
export function gitTools({ clone, env }: Workspace): readonly Tool[] {
  return undoGit({ repository: clone, env }).tools.flatMap((tool) => {
    const { name, effects = [] } = tool.schema;
    const ours = TAKEN[name];
    return ours === undefined ? [] : [{ ...tool, schema: { ...tool.schema, effects: [...effects, ...ours] } }];
  });
}
