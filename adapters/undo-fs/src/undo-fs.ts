import { mkdirSync, realpathSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { ConfigInvalidError } from "@car/ir";
import { assertKnownOptions, assertOptionTypes } from "@car/ir/internal";
import type { Tool } from "@car/ir/ports";
import { actTool } from "./act-tool.js";
import { append } from "./acts/append.js";
import { chmod } from "./acts/chmod.js";
import { copy } from "./acts/copy.js";
import { mkdir } from "./acts/mkdir.js";
import { move } from "./acts/move.js";
import { remove } from "./acts/remove.js";
import { write } from "./acts/write.js";
import { ContentStore } from "./content-store.js";
import { imageTool, restoreTool } from "./image-tools.js";
import type { Kit } from "./kit.js";
import { type Grounds, isWithin } from "./places.js";
import { Queue } from "./queue.js";
import { Sightings } from "./sightings.js";
import { wrapTool, type WrapOptions } from "./wrap-tool.js";

/** Where a kit works. */
export interface UndoFsOptions {
  /** The folder that the tools may touch. */
  readonly root: string;
  /**
   * Where contents are kept, made if it is missing: on the file system of `root`, and nothing else's. Inside `root` it is out of
   * the tools' reach.
   */
  readonly store: string;
  /** Most bytes of contents that one before-image may store. A call that needs more is refused. Default 256 MiB. */
  readonly maxImageBytes?: number;
  /** Put before each tool's name. Default `fs_`. */
  readonly prefix?: string;
}

/** File tools whose calls can be undone. */
export interface UndoFs {
  /** `fs_write`, `fs_append`, `fs_move`, `fs_copy`, `fs_delete`, `fs_mkdir`, `fs_chmod`, the reader `fs_image`, and `fs_restore`. */
  readonly tools: readonly Tool[];
  /**
   * Makes a tool of somebody else compensable: before a call what lies at its paths is kept. `tools` must be registered too.
   * @throws `ConfigInvalidError` (`CAR_CONFIG_INVALID`) when it has no such parameters, or has a compensation already.
   */
  wrap(tool: Tool, options: WrapOptions): Tool;
  /**
   * Removes contents that no image has stored for longer than that, and what is left of processes that are gone. What is
   * removed cannot be restored: let it be longer than any run may be open.
   */
  prune(options: { readonly olderThanMs: number }): Promise<PruneReport>;
}

/** What was removed from the store. */
export interface PruneReport {
  readonly removed: number;
  readonly bytes: number;
}

const OPTIONS = ["root", "store", "maxImageBytes", "prefix"] as const satisfies readonly (keyof UndoFsOptions)[];
const DEFAULT_MAX_IMAGE_BYTES = 256 * 1024 * 1024;
const ACTS = [write, append, move, copy, remove, mkdir, chmod];

/**
 * Makes file tools for one folder. Their calls follow one another.
 * @throws `ConfigInvalidError` (`CAR_CONFIG_INVALID`) when `root` is no folder, or `store` cannot be used.
 */
export function undoFs(options: UndoFsOptions): UndoFs {
  assertKnownOptions(options, OPTIONS, "undoFs");
  assertOptionTypes(options, { root: "string", store: "string", maxImageBytes: "number", prefix: "string" });
  const { maxImageBytes = DEFAULT_MAX_IMAGE_BYTES, prefix = "fs_" } = options;
  if (!(maxImageBytes >= 0))
    throw new ConfigInvalidError(`\`maxImageBytes\` is a number of bytes, not ${maxImageBytes}`);
  const grounds = groundsOf(options);
  const kit: Kit = {
    grounds,
    store: new ContentStore(grounds.store),
    queue: new Queue(),
    sightings: new Sightings(grounds),
    maxImageBytes,
    prefix,
  };
  return {
    tools: [...ACTS.map((act) => actTool(kit, act)), imageTool(kit), restoreTool(kit)],
    wrap: (tool, wrapOptions) => wrapTool(kit, tool, wrapOptions),
    prune: ({ olderThanMs }) => kit.queue.run(() => kit.store.prune(olderThanMs)),
  };
}

function groundsOf({ root: givenRoot, store: givenStore }: UndoFsOptions): Grounds {
  const alias = resolve(required("root", givenRoot));
  const root = folderAt("root", alias);
  try {
    mkdirSync(required("store", givenStore), { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new ConfigInvalidError(`\`store\`: \`${givenStore}\` cannot be made: ${(error as Error).message}`, {
      cause: error,
    });
  }
  const store = folderAt("store", givenStore);
  if (isWithin(store, root)) throw new ConfigInvalidError(`\`store\`: \`${store}\` is, or holds, the root \`${root}\``);
  if (statSync(store).dev !== statSync(root).dev) {
    throw new ConfigInvalidError(
      `\`store\`: \`${store}\` is not on the file system of the root \`${root}\`, so nothing can be renamed from one to the other`,
    );
  }
  return { root, store, alias };
}

function required(name: string, path: string | undefined): string {
  if (path === undefined || path === "") throw new ConfigInvalidError(`\`${name}\` is missing: the path of a folder`);
  return path;
}

function folderAt(name: string, path: string): string {
  try {
    const real = realpathSync(path);
    if (statSync(real).isDirectory()) return real;
  } catch (error) {
    throw new ConfigInvalidError(`\`${name}\`: \`${path}\` cannot be read: ${(error as Error).message}`, {
      cause: error,
    });
  }
  throw new ConfigInvalidError(`\`${name}\`: \`${path}\` is no folder`);
}
