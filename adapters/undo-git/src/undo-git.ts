import { ConfigInvalidError } from "@car/ir";
import { assertKnownOptions, assertOptionTypes } from "@car/ir/internal";
import type { Tool } from "@car/ir/ports";
import { finishLeft } from "./atomically.js";
import type { ImageScope } from "./image.js";
import { createKit, type Kit, toolOf, undoneByImage } from "./kit.js";
import { requireNoState } from "./repository.js";
import { GIT_CHECKOUT } from "./tools/checkout.js";
import { GIT_COMMIT } from "./tools/commit.js";
import { GIT_IMAGE, GIT_RESTORE } from "./tools/image.js";
import { GIT_PUSH } from "./tools/push.js";
import { GIT_DIFF, GIT_LOG, GIT_STATUS } from "./tools/reads.js";
import { GIT_BRANCH, GIT_DELETE_BRANCH, GIT_TAG } from "./tools/refs.js";
import { GIT_STASH } from "./tools/stash.js";

export type { ImageScope } from "./image.js";

/** Which repository, and how git is run. */
export interface UndoGitOptions {
  /** The top folder of a working tree, or a bare repository. Nothing outside of it is touched but by `git_push` and hooks. */
  readonly repository: string;
  /** The program. Default `git`. */
  readonly git?: string;
  /** Author and committer. Default: what git's configuration says. */
  readonly identity?: { readonly name: string; readonly email: string };
  /**
   * The environment of git and its hooks. Default: this process's, without what begins with `GIT_`. With an empty folder as `HOME` and
   * `GIT_CONFIG_NOSYSTEM` only the repository's own configuration counts.
   */
  readonly env?: Readonly<Record<string, string>>;
  /** Longest run of one git program, in milliseconds. Default 60,000. */
  readonly timeoutMs?: number;
  /**
   * A state key that all these tools may write, so that the calls of a batch stand in the order of the proposal, and other runs wait. Default
   * `git`. With two repositories give each its own.
   */
  readonly stateKey?: string;
}

/** Tools for one repository. */
export interface UndoGit {
  /** All of them, also `image` and `restore`. */
  readonly tools: readonly Tool[];
  /** `git_image`: reads what a call is about to change. */
  readonly image: Tool;
  /** `git_restore`: undoes it. */
  readonly restore: Tool;
  /**
   * Another tool that changes this repository, made compensable. `scope` is what it changes at most; default: everything.
   * A call is refused while the repository is in the middle of a merge and the like. `image` and `restore` have to be registered beside it.
   */
  wrap(tool: Tool, scope?: ImageScope): Tool;
}

const OPTIONS = [
  "repository",
  "git",
  "identity",
  "env",
  "timeoutMs",
  "stateKey",
] as const satisfies readonly (keyof UndoGitOptions)[];
const OPTION_TYPES = {
  repository: "string",
  git: "string",
  identity: { name: "string", email: "string" },
  env: "object",
  timeoutMs: "number",
  stateKey: "string",
} as const;
const DEFAULT_TIMEOUT_MS = 60_000;
const OTHERS = [
  ...[GIT_STATUS, GIT_LOG, GIT_DIFF],
  ...[GIT_COMMIT, GIT_BRANCH, GIT_DELETE_BRANCH, GIT_TAG, GIT_CHECKOUT, GIT_STASH, GIT_PUSH],
];

/** What stays irreversible, by the name of its tool. */
export const IRREVERSIBLE_GIT_TOOLS: readonly string[] = [GIT_PUSH.schema.name];

/**
 * Git tools of which every local change can be undone. The repository is looked at with the first call.
 * @throws `ConfigInvalidError` (`CAR_CONFIG_INVALID`) for an option that nobody reads, or of another type.
 */
export function undoGit(options: UndoGitOptions): UndoGit {
  assertKnownOptions(options, OPTIONS, "undoGit");
  assertOptionTypes(options ?? {}, OPTION_TYPES);
  if (options?.repository === undefined) throw new ConfigInvalidError("`repository` is missing: the path of a folder");
  const { repository, git = "git", identity, env, timeoutMs = DEFAULT_TIMEOUT_MS, stateKey = "git" } = options;
  const who = identity === undefined ? {} : environmentOf(identity);
  const kit = createKit({ repository, program: git, timeoutMs, env, identity: who }, stateKey);
  const image = toolOf(kit, GIT_IMAGE);
  const restore = toolOf(kit, GIT_RESTORE);
  return {
    tools: [...OTHERS.map((parts) => toolOf(kit, parts)), image, restore],
    image,
    restore,
    wrap: (tool, scope = {}) => wrapped(kit, tool, scope),
  };
}

function environmentOf({ name, email }: NonNullable<UndoGitOptions["identity"]>): Record<string, string> {
  return {
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: email,
    GIT_COMMITTER_NAME: name,
    GIT_COMMITTER_EMAIL: email,
  };
}

function wrapped(kit: Kit, tool: Tool, scope: ImageScope): Tool {
  const { execute } = tool;
  const schema = {
    ...tool.schema,
    effects: [...(tool.schema.effects ?? []), kit.stateKey],
    ...undoneByImage({ ...scope }),
  };
  if (execute === undefined) return { ...tool, schema };
  return {
    ...tool,
    schema,
    execute: async (parameters, context) => {
      const repository = await kit.repository();
      await requireNoState(repository);
      await finishLeft(repository, context.signal);
      return execute(parameters, context);
    },
  };
}
