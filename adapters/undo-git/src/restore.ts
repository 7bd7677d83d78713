import { rm, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ToolError } from "@car/ir";
import { differingFiles, exportFiles, keepFiles, keptBytes, partsOfKept, takeOut } from "./files.js";
import { type GitImage, readImage, stashLog } from "./image.js";
import { areEqual, copyIndex, entriesOf, type HeldIndex, holdIndex, isSubmodule, refreshIndex } from "./index-file.js";
import { type Pending, removeStaleLock, withPending } from "./pending.js";
import { changeHead, changeRefs, type RefChange } from "./refs.js";
import { readHead, type Repository, requireNoState, worktreeOf } from "./repository.js";
import { exists, placeFile, removeFile } from "./worktree.js";

/** What a restore did. */
export interface Restored {
  readonly restored: true;
  /** Files that the image does not know and that were not touched. */
  readonly left?: readonly string[];
}

/** What has to be done to the working tree. */
interface FileWork {
  readonly place: readonly string[];
  readonly remove: readonly { readonly path: string; readonly staying?: string | undefined }[];
  readonly left: readonly string[];
}

const UNDO = "car: undo";

/** Which restore it is, and files that are known not to have been there. */
export interface RestoreOptions {
  readonly key: string;
  readonly created?: readonly string[];
}

/**
 * Makes the repository what an image says, as far as the image goes. What is so already is left alone, so it can be repeated after
 * it was cut short anywhere.
 * @throws `ToolError`: `denied` in the middle of a merge and the like, `not_found` when git has thrown away what was kept,
 * `transient` when somebody else holds a lock or was quicker. In all of these nothing was done.
 */
export async function restoreImage(
  repository: Repository,
  image: GitImage,
  { key, created = [] }: RestoreOptions,
): Promise<Restored> {
  const indexFile = join(repository.gitDir, "index");
  await Promise.all([removeStaleLock(indexFile), removeStaleLock(join(repository.gitDir, "HEAD"))]);
  await requireRestorable(repository, image);
  return withPending(repository, `restore-${key}`, async (pending, act) => {
    const before = image.index === undefined ? undefined : await copyIndex(repository, pending.index);
    const oldIndex = join(pending.folder, "old-index");
    const isOther = image.index !== undefined && (await prepareIndex(repository, image, pending, before, oldIndex));
    const places = { pending, oldIndex, created };
    const work = image.files === undefined ? NO_WORK : await prepareFiles(repository, image, places);
    const changes = await refChanges(repository, image);
    const needsIndex = isOther || work.place.length > 0;
    const restoreRefs = (): Promise<void> => changeRefs(repository, changes, { message: UNDO });
    const first = async (): Promise<HeldIndex | undefined> =>
      needsIndex
        ? holdIndex(repository, { expected: before, pending }, restoreRefs)
        : restoreRefs().then(() => undefined);
    await act({ image, created, to: {} }, first, async (held) => {
      try {
        await restoreHead(repository, image, pending);
        await restoreStash(repository, image, pending);
        await carryOut(repository, work, pending);
        if (held === undefined) return;
        await refreshIndex(repository, pending.index);
        await (image.index === null ? rm(indexFile, { force: true }) : held.install());
      } finally {
        await held?.unlock();
      }
    });
    return work.left.length === 0 ? { restored: true } : { restored: true, left: work.left };
  });
}

async function requireRestorable(repository: Repository, image: GitImage): Promise<void> {
  if (image.state !== null) {
    const text = `the image was taken in the middle of ${image.state}, which cannot be brought back`;
    throw new ToolError(text, { class: "denied" });
  }
  await requireNoState(repository);
  const files = Object.values(image.files ?? {}).map((kept) => partsOfKept(kept).id);
  const refs = Object.values(image.refs).filter((value) => value?.startsWith("ref: ") !== true);
  const ids = [image.index, ...files, ...refs].filter((id): id is string => typeof id === "string");
  const said = await repository.git.run(["cat-file", "--batch-check=%(objectname)"], { stdin: ids.join("\n") });
  const missing = said.split("\n").filter((line) => line.endsWith(" missing"));
  if (missing.length === 0) return;
  const text = `git has removed what was kept (\`git gc\` with a short gc.pruneExpire?): ${missing.join(", ")}`;
  throw new ToolError(text, { class: "not_found" });
}

/** Puts the image's index in the place where it is prepared, and says whether it is another one than now. */
async function prepareIndex(
  repository: Repository,
  image: GitImage,
  pending: Pending,
  ...[before, oldIndex]: readonly [Buffer | undefined, string]
): Promise<boolean> {
  const wanted = typeof image.index === "string" ? await keptBytes(repository, image.index) : undefined;
  if (before !== undefined) await copyIndex(repository, oldIndex);
  if (areEqual(wanted, before)) return false;
  await rm(pending.index, { force: true });
  if (wanted !== undefined) await writeFile(pending.index, wanted);
  return true;
}

const NO_WORK: FileWork = { place: [], remove: [], left: [] };

/** Compares the working tree with the image, and prepares the files that have to come back. */
async function prepareFiles(
  repository: Repository,
  image: GitImage,
  {
    pending,
    oldIndex,
    created,
  }: { readonly pending: Pending; readonly oldIndex: string; readonly created: readonly string[] },
): Promise<FileWork> {
  const kept = image.files ?? {};
  const entries = await entriesOf(repository, pending.index);
  const differing = await differingFiles(repository, "none", pending.index);
  const exported = differing.filter((path) => !Object.hasOwn(kept, path) && !isSubmodule(entries.get(path)));
  await exportFiles(repository, exported, { index: pending.index, folder: pending.files });

  const now = await keepFiles(repository, Object.keys(kept));
  const taken: string[] = [];
  const remove: FileWork["remove"][number][] = [];
  for (const [path, file] of Object.entries(kept)) {
    if (now[path] === file) continue;
    const { id, folder: staying } = partsOfKept(file);
    if (id === undefined) remove.push({ path, staying });
    else taken.push(path);
    if (id !== undefined) await takeOut(repository, pending.files, path, file);
  }
  const tracked = await entriesOf(repository, oldIndex);
  const made = [...new Set([...tracked.keys(), ...created])].filter(
    (path) => !entries.has(path) && !Object.hasOwn(kept, path) && !isSubmodule(tracked.get(path)),
  );
  const left = image.all_refs ? await leftAlone(repository, made, image) : [];
  for (const path of made) if (!left.includes(path)) remove.push({ path });
  return { place: [...exported, ...taken], remove, left };
}

/**
 * Of the calls of other tools nobody knows whether an ignored file was there before, so it stays, and is named; so is what the image
 * should know and does not.
 */
async function leftAlone(
  { git, worktree = "" }: Repository,
  made: readonly string[],
  { files = {}, untracked }: GitImage,
): Promise<readonly string[]> {
  const stdin = made.map((path) => `${path}\0`).join("");
  const { stdout } = await git.attempt(["check-ignore", "--no-index", "-z", "--stdin"], { stdin });
  const ignored = stdout.toString("utf8").split("\0").slice(0, -1);
  const there = await Promise.all(ignored.map((path) => exists(join(worktree, path))));
  const others = untracked === true ? await git.run(["ls-files", "--others", "--exclude-standard", "-z"]) : "";
  const strange = others.split("\0").filter((path) => path !== "" && !path.endsWith("/"));
  const unknown = strange.filter((path) => !Object.hasOwn(files, path) && !made.includes(path));
  return [...ignored.filter((_, index) => there[index]), ...unknown].sort();
}

async function refChanges(repository: Repository, image: GitImage): Promise<readonly RefChange[]> {
  const now = await readImage(repository, {
    ...(image.all_refs ? {} : { refs: Object.keys(image.refs) }),
    index: false,
    files: false,
  });
  const names = new Set([...Object.keys(image.refs), ...Object.keys(now.refs)]);
  const changes = [...names].map((ref) => ({ ref, from: now.refs[ref] ?? null, to: image.refs[ref] ?? null }));
  const symbolic = changes.filter(({ from, to }) => `${from} ${to}`.includes("ref: "));
  const changed = symbolic.find(({ from, to }) => from !== to);
  if (changed !== undefined) {
    throw new ToolError(`\`${changed.ref}\` is or was a symbolic ref, which is not brought back`, { class: "denied" });
  }
  const plain = changes.filter((change) => !symbolic.includes(change));
  // Also what is as it should be is held against its value: a git that the killed process has started may not be done with it.
  return image.all_refs ? plain.filter(({ from, to }) => from !== to) : plain;
}

async function restoreHead(repository: Repository, image: GitImage, pending: Pending): Promise<void> {
  if (image.head === undefined) return;
  const { text } = await readHead(repository);
  if (text === image.head) return;
  const branch = /^ref: (.*)$/.exec(image.head)?.[1];
  const commit = branch === undefined ? image.head : (image.refs[branch] ?? null);
  await changeHead(repository, { from: text, to: image.head, commit, message: UNDO }, pending);
}

/** The ref is what it was; its reflog has one line more, or one too many. */
async function restoreStash(repository: Repository, image: GitImage, pending: Pending): Promise<void> {
  if (image.stash === undefined || image.stash.length === 0) return;
  const file = join(pending.folder, "stash");
  await writeFile(file, `${image.stash.join("\n")}\n`);
  await rename(file, stashLog(repository));
}

async function carryOut(repository: Repository, work: FileWork, pending: Pending): Promise<void> {
  if (work.place.length + work.remove.length === 0) return;
  const worktree = worktreeOf(repository);
  for (const { path, staying } of work.remove) await removeFile(worktree, path, staying);
  for (const path of work.place) await placeFile(worktree, path, join(pending.files, path));
}
