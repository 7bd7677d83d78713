import { join } from "node:path";
import { type JsonObject, ToolError } from "@car/ir";
import type { ProbeAnswer } from "@car/ir/ports";
import { changeFiles } from "../file-change.js";
import { differingFiles } from "../files.js";
import { requireNoRefLock } from "../hooks.js";
import { atomically } from "../atomically.js";
import { readImage } from "../image.js";
import { copyIndex, copyIndexFile, entriesOf, holdIndex, onIndex } from "../index-file.js";
import { type Call, objectSchema, textOf, type ToolParts, undoneByImage } from "../kit.js";
import type { Pending } from "../pending.js";
import { changeRefs, readRefs } from "../refs.js";
import { type Head, readHead, type Repository, worktreeOf } from "../repository.js";
import { requireReady } from "./commit.js";

const STASH = "refs/stash";

const SCOPE = { refs: ["HEAD", STASH], index: true, files: true };

export const GIT_STASH: ToolParts = {
  schema: {
    name: "git_stash",
    description:
      "Puts changes that are not committed away onto the stash and makes the working tree clean. `include_untracked` says whether files " +
      "that git does not track go too.",
    parameters: objectSchema({ include_untracked: { type: "boolean" }, message: { type: "string", minLength: 1 } }, [
      "include_untracked",
    ]),
    idempotent: true,
    ...undoneByImage({ ...SCOPE, untracked: "$parameters.include_untracked" }),
  },
  run: stash,
  probe: probeStash,
};

/** The trees of what is put away. */
interface PutAway {
  readonly index: string;
  readonly files: string;
  readonly untracked: string | undefined;
}

async function stash(parameters: JsonObject, { repository, key, signal }: Call): Promise<JsonObject> {
  worktreeOf(repository);
  const earlier = await stashOf(repository, key);
  if (earlier !== undefined) return { stash: earlier };
  await requireReady(repository);
  const head = await readHead(repository);
  if (head.commit === null) throw new ToolError("there is no commit yet to go back to", { class: "invalid" });

  return atomically(repository, key, async (pending, act) => {
    const { git } = repository;
    const before = await copyIndex(repository, pending.index);
    const old = await entriesOf(repository, pending.index);
    const changed = await differingFiles(repository, "none");
    const strange = parameters["include_untracked"] === true ? await untrackedFiles(repository) : [];
    const trees = await writeTrees(repository, { changed, strange }, pending);
    const title = titleOf(textOf(parameters, "message"), head, await subjectOf(repository));
    const made = await commitTrees(repository, { trees, title, key, head: head.commit ?? "" });

    await git.run(["read-tree", "--reset", "HEAD"], onIndex(pending.index));
    const next = await entriesOf(repository, pending.index);
    const difference = { old, next, also: { place: changed, remove: [...changed, ...strange] } };
    const change = await changeFiles(repository, difference, pending);
    const { [STASH]: from = null } = await readRefs(repository, [STASH]);
    const putAway = (): Promise<void> =>
      changeRefs(repository, [{ ref: STASH, from, to: made }], { message: title, signal, createReflog: true });
    const hold = { expected: before, pending };
    const image = await readImage(repository, { ...SCOPE, untracked: strange.length > 0 });
    const plan = { image, created: change.created, to: { [STASH]: made } };
    await act(
      plan,
      () => holdIndex(repository, hold, putAway),
      ({ install, unlock }) => change.carryOut().then(install).finally(unlock),
    );
    return { stash: made };
  });
}

async function untrackedFiles({ git }: Repository): Promise<readonly string[]> {
  const text = await git.run(["ls-files", "--others", "--exclude-standard", "-z"]);
  // A name that ends so is another repository.
  return text.split("\0").filter((path) => path !== "" && !path.endsWith("/"));
}

async function writeTrees(
  { git }: Repository,
  { changed, strange }: { readonly changed: readonly string[]; readonly strange: readonly string[] },
  pending: Pending,
): Promise<PutAway> {
  const treeOf = async (name: string, paths: readonly string[]): Promise<string> => {
    const at = onIndex(join(pending.folder, name));
    const stdin = paths.map((path) => `${path}\0`).join("");
    if (paths.length > 0) await git.run(["update-index", "--add", "--remove", "-z", "--stdin"], { ...at, stdin });
    return (await git.run(["write-tree"], at)).trim();
  };
  await copyIndexFile(pending.index, join(pending.folder, "files-index"));
  const index = (await git.run(["write-tree"], onIndex(pending.index))).trim();
  const files = await treeOf("files-index", changed);
  const untracked = strange.length === 0 ? undefined : await treeOf("untracked-index", strange);
  const committed = (await git.run(["rev-parse", "HEAD^{tree}"])).trim();
  if (index === committed && files === committed && untracked === undefined) {
    throw new ToolError("there is nothing to put away", { class: "invalid" });
  }
  return { index, files, untracked };
}

/** The commits of a stash entry, shaped as git shapes them. Only the last one's message says which call made it. */
async function commitTrees(
  { git }: Repository,
  {
    trees,
    title,
    key,
    head,
  }: { readonly trees: PutAway; readonly title: string; readonly key: string; readonly head: string },
): Promise<string> {
  const commit = async (tree: string, parents: readonly string[], message: string): Promise<string> => {
    const args = ["commit-tree", ...parents.flatMap((parent) => ["-p", parent]), tree];
    return (await git.run(args, { stdin: `${message}\n` })).trim();
  };
  const where = title.replace(/^(On|WIP on) /, "");
  const parents = [head, await commit(trees.index, [head], `index on ${where}`)];
  if (trees.untracked !== undefined) parents.push(await commit(trees.untracked, [], `untracked files on ${where}`));
  return commit(trees.files, parents, `${title}\n\n${markOf(key)}`);
}

function titleOf(message: string | undefined, { branch }: Head, subject: string): string {
  const name = branch?.replace(/^refs\/heads\//, "") ?? "(no branch)";
  const line = message?.split("\n")[0]?.trim();
  return line === undefined || line === "" ? `WIP on ${name}: ${subject}` : `On ${name}: ${line}`;
}

async function subjectOf({ git }: Repository): Promise<string> {
  return (await git.run(["log", "-1", "--no-show-signature", "--format=%h %s", "HEAD"])).trim();
}

function markOf(key: string): string {
  return `car ${key}`;
}

/** The newest entry, if the call of this key has made it. */
async function stashOf({ git }: Repository, key: string): Promise<string | undefined> {
  const { code, stdout } = await git.attempt(["rev-parse", "--verify", "--quiet", STASH]);
  if (code !== 0) return undefined;
  const id = stdout.toString("utf8").trim();
  const text = await git.run(["log", "-1", "--no-show-signature", "--format=%b", id]);
  return text.includes(markOf(key)) ? id : undefined;
}

async function probeStash(_: JsonObject, { repository, key, signal }: Call, before: JsonObject): Promise<ProbeAnswer> {
  await requireNoRefLock(repository, [STASH], signal);
  const made = await stashOf(repository, key);
  if (made !== undefined) return { happened: true, output: { stash: made } };
  const { [STASH]: now = null } = await readRefs(repository, [STASH]);
  return now === (before["refs"] as JsonObject)[STASH] ? { happened: false } : undefined;
}
