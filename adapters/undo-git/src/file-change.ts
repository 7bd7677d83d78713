import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { ToolError } from "@car/ir";
import { exportFiles } from "./files.js";
import { isSubmodule, refreshIndex } from "./index-file.js";
import type { Pending } from "./pending.js";
import { type Repository, worktreeOf } from "./repository.js";
import { exists, kindOf, placeFile, removeFile } from "./worktree.js";

type Entries = ReadonlyMap<string, string>;

/** A change of the working tree that is prepared and not made. */
export interface FileChange {
  /** Files that are not there now and will be. */
  readonly created: readonly string[];
  carryOut(): Promise<void>;
}

/** Files as they are, and as they are to be. */
export interface Difference {
  readonly old: Entries;
  readonly next: Entries;
  /** Files that are to be as in `next` although both say the same, and those that may go although `old` does not know them. */
  readonly also?: { readonly place: readonly string[]; readonly remove: readonly string[] };
}

/**
 * Writes the files that differ beside the working tree, as the prepared index has them.
 * @throws `ToolError` `denied` when a file that git does not track would be overwritten.
 */
export async function changeFiles(
  repository: Repository,
  { old, next, also = { place: [], remove: [] } }: Difference,
  pending: Pending,
): Promise<FileChange> {
  const worktree = worktreeOf(repository);
  const differing = [...next.keys()].filter((path) => next.get(path) !== old.get(path));
  const placed = [...new Set([...differing, ...also.place.filter((path) => next.has(path))])];
  const gone = [...old.keys(), ...also.remove].filter((path) => !next.has(path) && !isSubmodule(old.get(path)));
  const files = placed.filter((path) => !isSubmodule(next.get(path)));
  const created = files.filter((path) => !old.has(path) && !also.remove.includes(path));
  for (const path of created) await requireFree(repository, path);
  await exportFiles(repository, files, { index: pending.index, folder: pending.files });
  return {
    created: files,
    carryOut: async () => {
      for (const path of gone) await removeFile(worktree, path);
      for (const path of files) await placeFile(worktree, path, join(pending.files, path));
      // As git does: the folder of a submodule is there, and what is in it is not touched.
      for (const path of placed)
        if (isSubmodule(next.get(path))) await mkdir(join(worktree, path), { recursive: true });
      await refreshIndex(repository, pending.index);
    },
  };
}

/** Git itself would overwrite a file that it is told to ignore. */
async function requireFree(repository: Repository, path: string): Promise<void> {
  const place = join(worktreeOf(repository), path);
  if (!(await exists(place))) return;
  if ((await kindOf(place)) === "folder") {
    const others = await repository.git.run(["--literal-pathspecs", "ls-files", "--others", "-z", "--", path]);
    if (others === "") return;
  }
  throw new ToolError(`\`${path}\` is not tracked and would be overwritten; move it away first`, { class: "denied" });
}
