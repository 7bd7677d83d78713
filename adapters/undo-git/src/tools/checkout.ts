import { type JsonObject, ToolError } from "@car/ir";
import type { ProbeAnswer } from "@car/ir/ports";
import { requireNoRefLock, runHook } from "../hooks.js";
import { atomically } from "../atomically.js";
import { readImage } from "../image.js";
import { copyIndex, entriesOf, type HeldIndex, holdIndex, onIndex, refreshIndex } from "../index-file.js";
import { type Call, objectSchema, textOf, type ToolParts, undoneByImage } from "../kit.js";
import type { Pending } from "../pending.js";
import { changeHead, changeRefs } from "../refs.js";
import { commitAt, type Head, readHead, type Repository, worktreeOf } from "../repository.js";
import { requireReady } from "./commit.js";
import { changeFiles, type FileChange } from "../file-change.js";
import { commitNamed, otherWorktree, refNamed } from "./refs.js";

const SCOPE = { index: true, files: true, untracked: false };

export const GIT_CHECKOUT: ToolParts = {
  schema: {
    name: "git_checkout",
    description:
      "Switches to a branch, or to a tag or commit (then HEAD is detached). With `create` a new branch of that name is made at HEAD and " +
      "switched to. Changes that are not committed come along; fails when they would be overwritten.",
    parameters: objectSchema({ ref: { type: "string", minLength: 1, maxLength: 200 }, create: { type: "boolean" } }, [
      "ref",
    ]),
    idempotent: true,
    ...undoneByImage({ ...SCOPE, refs: ["HEAD", "refs/heads/${parameters.ref}"] }),
  },
  run: checkout,
  probe: probeCheckout,
};

/** Where HEAD is to lead. */
interface Target {
  /** The text of HEAD's file. */
  readonly text: string;
  readonly commit: string | null;
  /** Full name of the branch to be made. */
  readonly create?: string;
}

async function checkout(parameters: JsonObject, { repository, key, signal }: Call): Promise<JsonObject> {
  worktreeOf(repository);
  await requireReady(repository);
  const head = await readHead(repository);
  const target = await targetOf(parameters, repository, head);
  if (target.text === head.text) return answer(target);

  await atomically(repository, key, async (pending, act) => {
    const before = await copyIndex(repository, pending.index);
    const change = await prepare(repository, { from: head.commit, to: target.commit }, pending);
    const makeBranch = async (): Promise<void> => {
      if (target.create === undefined || target.commit === null) return;
      const made = { ref: target.create, from: null, to: target.commit };
      await changeRefs(repository, [made], { message: "branch: Created from HEAD", signal });
    };
    const hold = (): Promise<HeldIndex> => holdIndex(repository, { expected: before, pending }, makeBranch);
    const image = await readImage(repository, {
      ...SCOPE,
      refs: ["HEAD", ...(target.create === undefined ? [] : [target.create])],
    });
    await act({ image, created: change.created, to: movedBy(target) }, hold, async ({ install, unlock }) => {
      try {
        if (target.commit !== head.commit) {
          await change.carryOut();
          await install();
        }
        const message = `checkout: moving from ${shortName(head)} to ${shortName(target)}`;
        await changeHead(repository, { from: head.text, to: target.text, commit: target.commit, message }, pending);
      } finally {
        await unlock();
      }
    });
  });
  await runHook(repository, "post-checkout", [head.commit ?? "", target.commit ?? "", "1"]).catch(() => undefined);
  return answer(target);
}

function movedBy({ text, commit, create }: Target): Readonly<Record<string, string>> {
  return { HEAD: text, ...(create === undefined || commit === null ? {} : { [create]: commit }) };
}

async function targetOf(parameters: JsonObject, repository: Repository, head: Head): Promise<Target> {
  const name = textOf(parameters, "ref") ?? "";
  if (parameters["create"] === true) {
    const create = refNamed("refs/heads/", name);
    if ((await commitAt(repository, create)) !== null) {
      throw new ToolError(`\`${create}\` is there already`, { class: "invalid" });
    }
    return { text: `ref: ${create}`, commit: head.commit, create };
  }
  const branch = `refs/heads/${name}`;
  const commit = await commitAt(repository, branch);
  if (commit === null) {
    const detached = await commitNamed(repository, name);
    return { text: detached, commit: detached };
  }
  const elsewhere = await otherWorktree(repository, branch);
  if (elsewhere !== undefined) throw new ToolError(`\`${branch}\` is checked out in ${elsewhere}`, { class: "denied" });
  return { text: `ref: ${branch}`, commit };
}

/**
 * Makes the next index and the files that differ, beside the working tree.
 * @throws `ToolError` `denied` when a change that is not committed, or a file that git does not track, would be overwritten.
 */
async function prepare(
  repository: Repository,
  { from, to }: { readonly from: string | null; readonly to: string | null },
  pending: Pending,
): Promise<FileChange> {
  if (from === to || to === null) return { created: [], carryOut: async () => undefined };
  const { git } = repository;
  // Files that were only touched are no changes.
  await refreshIndex(repository, pending.index);
  const old = await entriesOf(repository, pending.index);
  const base = from ?? (await git.run(["mktree"])).trim();
  const env = onIndex(pending.index);
  await git.run(["read-tree", "--dry-run", "-m", "-u", base, to], { ...env, failure: "denied" });
  await git.run(["read-tree", "-m", base, to], { ...env, failure: "denied" });
  const next = await entriesOf(repository, pending.index);
  return changeFiles(repository, { old, next }, pending);
}

function shortName({ text, commit }: Pick<Target, "text" | "commit">): string {
  return text.startsWith("ref: refs/heads/") ? text.slice("ref: refs/heads/".length) : (commit ?? text);
}

function answer({ text, commit }: Target): JsonObject {
  return { branch: text.startsWith("ref: ") ? shortName({ text, commit }) : null, commit };
}

async function probeCheckout(parameters: JsonObject, call: Call, before: JsonObject): Promise<ProbeAnswer> {
  const { repository, signal } = call;
  const name = textOf(parameters, "ref") ?? "";
  await requireNoRefLock(repository, ["HEAD", `refs/heads/${name}`], signal);
  const head = await readHead(repository);
  const branch = `refs/heads/${name}`;
  const isThere =
    head.branch === branch || (head.branch === undefined && head.text === (await commitAt(repository, name)));
  if (isThere && head.text !== before["head"]) return { happened: true, output: answer(head) };
  return head.text === before["head"] ? { happened: false } : undefined;
}
