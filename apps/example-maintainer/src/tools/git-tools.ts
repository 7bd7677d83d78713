import { defineTool } from "@car/engine";
import { ToolError } from "@car/ir";
import type { Tool } from "@car/ir/ports";
import * as z from "zod";
import type { Git } from "../workspace/git.js";
import { RELEASE_PUSHED, REPO_HEAD } from "./state-keys.js";

const TagName = z.string().regex(/^v\d+\.\d+\.\d+$/, "a tag is named like v1.2.3");
const Commit = z.string().regex(/^[0-9a-f]{40}$/);

/** Git for the agent: looking is free, commits and tags can be undone, a push cannot. */
export function gitTools(git: Git): readonly Tool[] {
  return [
    gitStatus(git),
    gitLog(git),
    gitDiff(git),
    gitCommit(git),
    undoCommit(git),
    gitTag(git),
    deleteTag(git),
    gitPush(git),
  ];
}

const LOOKING = { reversibility: "reversible", idempotent: true } as const;

function gitStatus(git: Git): Tool {
  return defineTool({
    name: "git_status",
    description: "Changed and new files, in git's short format; no lines when there are none.",
    parameters: z.strictObject({}),
    ...LOOKING,
    execute: async (_parameters, { signal }) => {
      const text = await git(["status", "--porcelain=v1", "--untracked-files=all"], { signal });
      return { clean: text === "", text };
    },
  });
}

function gitLog(git: Git): Tool {
  return defineTool({
    name: "git_log",
    description: "The newest commits, one line each, newest first.",
    parameters: z.strictObject({ count: z.int().min(1).max(50).default(10) }),
    ...LOOKING,
    execute: async ({ count }, { signal }) => {
      const text = await git(["log", "--oneline", "--decorate", `--max-count=${count}`], { signal });
      return { commits: text.split("\n") };
    },
  });
}

function gitDiff(git: Git): Tool {
  return defineTool({
    name: "git_diff",
    description: "What has changed since the last commit.",
    parameters: z.strictObject({}),
    ...LOOKING,
    execute: async (_parameters, { signal }) => ({ text: await git(["diff", "HEAD"], { signal }) }),
  });
}

function gitCommit(git: Git): Tool {
  return defineTool({
    name: "git_commit",
    description: "Commits every change of the working tree.",
    parameters: z.strictObject({ message: z.string().min(1) }),
    reversibility: "compensable",
    compensation: { tool: "git_undo_commit", parameters: { commit: "$output.commit", parent: "$output.parent" } },
    effects: [{ key: REPO_HEAD, value: "$output.commit" }],
    execute: async ({ message }, { signal }) => {
      const parent = await git(["rev-parse", "HEAD"], { signal });
      await git(["add", "--all"], { signal });
      await git(["commit", "--quiet", "--message", message], { signal });
      const commit = await git(["rev-parse", "HEAD"], { signal });
      const files = await git(["diff", "--name-only", parent, commit], { signal });
      return { commit, parent, files: files.split("\n") };
    },
  });
}

function undoCommit(git: Git): Tool {
  return defineTool({
    name: "git_undo_commit",
    description: "Takes the last commit back and leaves its changes in the working tree.",
    parameters: z.strictObject({ commit: Commit, parent: Commit }),
    execute: async ({ commit, parent }, { signal }) => {
      const head = await git(["rev-parse", "HEAD"], { signal });
      if (head !== commit) throw new ToolError(`the last commit is ${head}, not ${commit}`, { class: "terminal" });
      await git(["reset", "--quiet", "--mixed", parent], { signal });
      return { head: parent };
    },
  });
}

function gitTag(git: Git): Tool {
  return defineTool({
    name: "git_tag",
    description: "Names the last commit with an annotated tag, in this clone only.",
    parameters: z.strictObject({ name: TagName, message: z.string().min(1) }),
    reversibility: "compensable",
    compensation: { tool: "git_delete_tag", parameters: { name: "$output.tag" } },
    execute: async ({ name, message }, { signal }) => {
      await git(["tag", "--annotate", name, "--message", message], { signal });
      return { tag: name, commit: await git(["rev-parse", `${name}^{commit}`], { signal }) };
    },
  });
}

function deleteTag(git: Git): Tool {
  return defineTool({
    name: "git_delete_tag",
    description: "Removes a tag from this clone.",
    parameters: z.strictObject({ name: TagName }),
    execute: async ({ name }, { signal }) => {
      await git(["tag", "--delete", name], { signal });
      return { tag: name };
    },
  });
}

function gitPush(git: Git): Tool {
  return defineTool({
    name: "git_push",
    description: "Publishes the branch `main` and a tag at `origin`, both or neither. Nobody can take that back.",
    parameters: z.strictObject({ tag: TagName }),
    reversibility: "irreversible",
    effects: [{ key: RELEASE_PUSHED, value: "$output.tag" }],
    execute: async ({ tag }, { signal }) => {
      await git(["push", "--quiet", "--atomic", "origin", "main", `refs/tags/${tag}`], { signal });
      return { tag, commit: await git(["rev-parse", "HEAD"], { signal }), remote: "origin" };
    },
  });
}
