import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type JsonObject, ToolError } from "@car/ir";
import type { ProbeAnswer } from "@car/ir/ports";
import { atomically } from "../atomically.js";
import { readImage } from "../image.js";
import { areEqual, copyIndex, type HeldIndex, holdIndex, onIndex, readPlainIndexOf } from "../index-file.js";
import { type Call, objectSchema, textOf, textsOf, type ToolParts, undoneByImage } from "../kit.js";
import { type Pending, requireUnlocked } from "../pending.js";
import { changeHead, changeRefs } from "../refs.js";
import { type Head, readHead, type Repository, requireNoState, setting, worktreeOf } from "../repository.js";
import { requireNoRefLock, runHook } from "../hooks.js";

const SCOPE = { refs: ["HEAD"], index: true, files: false };

export const GIT_COMMIT: ToolParts = {
  schema: {
    name: "git_commit",
    description:
      "Commits what is staged. With `paths` these files or folders are staged first as they are now (also deletions); with `all` every change " +
      "and new file. Fails when there is nothing to commit. Gives the commit's id.",
    parameters: {
      ...objectSchema(
        {
          message: { type: "string", minLength: 1 },
          paths: { type: "array", items: { type: "string", minLength: 1 }, minItems: 1 },
          all: { type: "boolean" },
        },
        ["message"],
      ),
    },
    idempotent: true,
    ...undoneByImage(SCOPE),
  },
  run: commit,
  probe: probeCommit,
};

/** Every object is made first; then one ref moves, and the prepared index takes its place. */
async function commit(parameters: JsonObject, call: Call): Promise<JsonObject> {
  const { repository, key, signal } = call;
  worktreeOf(repository);
  const head = await readHead(repository);
  const earlier = await markedCommit(repository, key);
  if (earlier !== undefined) return answer(earlier, head);
  await requireReady(repository);

  return atomically(repository, key, async (pending, act) => {
    const before = await copyIndex(repository, pending.index);
    await stage(parameters, call, pending);
    await runHook(repository, "pre-commit", [], onIndex(pending.index));
    const tree = (await repository.git.run(["write-tree"], onIndex(pending.index))).trim();
    await requireChange(repository, head, tree);
    const message = await messageFile(textOf(parameters, "message") ?? "", repository, pending);
    const made = await commitTree(repository, { tree, head, message, signal });
    const mark = markOf(key, await readFile(message, "utf8"));
    const after = await readPlainIndexOf(repository, pending.index);

    const move = (): Promise<void> => moveHead(repository, { head, to: made, message: mark, signal }, pending);
    if (areEqual(before, after)) {
      await move();
    } else {
      const plan = { image: await readImage(repository, SCOPE), created: [], to: { [head.branch ?? "HEAD"]: made } };
      const hold = (): Promise<HeldIndex> => holdIndex(repository, { expected: before, pending }, move);
      await act(plan, hold, ({ install, unlock }) => install().finally(unlock));
    }
    await runHook(repository, "post-commit", []).catch(() => undefined);
    return answer(made, head);
  });
}

/** @throws `ToolError` when the repository is in the middle of something; nothing is done. */
export async function requireReady(repository: Repository): Promise<void> {
  await requireNoState(repository);
  await requireUnlocked(join(repository.gitDir, "index"));
}

async function stage(parameters: JsonObject, { repository }: Call, pending: Pending): Promise<void> {
  const paths = parameters["all"] === true ? ["."] : textsOf(parameters, "paths");
  if (paths === undefined) return;
  await repository.git.run(["--literal-pathspecs", "add", "--all", "--", ...paths], onIndex(pending.index));
}

async function requireChange({ git }: Repository, { commit: parent }: Head, tree: string): Promise<void> {
  const last =
    parent === null ? (await git.run(["mktree"])).trim() : (await git.run(["rev-parse", `${parent}^{tree}`])).trim();
  if (last === tree) throw new ToolError("there is nothing to commit", { class: "invalid" });
}

/** The message as git would clean it, after the hooks that may change or refuse it. */
async function messageFile(message: string, repository: Repository, { folder }: Pending): Promise<string> {
  const file = join(folder, "COMMIT_EDITMSG");
  await writeFile(file, await repository.git.run(["stripspace"], { stdin: message }));
  await runHook(repository, "prepare-commit-msg", [file, "message"]);
  await runHook(repository, "commit-msg", [file]);
  const text = await readFile(file, "utf8");
  if (text.trim() === "") throw new ToolError("the message is empty", { class: "invalid" });
  return file;
}

async function commitTree(
  { git }: Repository,
  parts: { readonly tree: string; readonly head: Head; readonly message: string; readonly signal: AbortSignal },
): Promise<string> {
  const signed = /^(true|yes|on|1)$/i.test((await setting(git, "commit.gpgsign")) ?? "") ? ["-S"] : [];
  const parent = parts.head.commit === null ? [] : ["-p", parts.head.commit];
  const args = ["commit-tree", ...signed, ...parent, "-F", parts.message, parts.tree];
  return (await git.run(args, { signal: parts.signal })).trim();
}

async function moveHead(
  repository: Repository,
  move: { readonly head: Head; readonly to: string; readonly message: string; readonly signal: AbortSignal },
  pending: Pending,
): Promise<void> {
  const { head, to, message, signal } = move;
  if (head.branch === undefined) {
    await changeHead(repository, { from: head.text, to, commit: to, message }, pending);
  } else {
    await changeRefs(repository, [{ ref: head.branch, from: head.commit, to }], { message, signal });
  }
}

/** In the reflog: who looks for a call finds it there. */
function markOf(key: string, message: string): string {
  return `commit (car ${key}): ${message.split("\n")[0] ?? ""}`;
}

/** The commit that a call has made, as long as it is part of the history. */
async function markedCommit({ git }: Repository, key: string): Promise<string | undefined> {
  const { code, stdout } = await git.attempt(["reflog", "show", "-n", "1000", "--format=%H %gs", "HEAD", "--"]);
  if (code !== 0) return undefined;
  const line = stdout
    .toString("utf8")
    .split("\n")
    .find((entry) => entry.includes(`(car ${key})`));
  const made = line?.split(" ")[0];
  if (made === undefined) return undefined;
  return (await git.attempt(["merge-base", "--is-ancestor", made, "HEAD"])).code === 0 ? made : undefined;
}

function answer(commitId: string, { branch }: Head): JsonObject {
  return { commit: commitId, branch: branch?.replace(/^refs\/heads\//, "") ?? null };
}

async function probeCommit(_: JsonObject, { repository, key, signal }: Call, before: JsonObject): Promise<ProbeAnswer> {
  const head = await readHead(repository);
  await requireNoRefLock(repository, ["HEAD", ...(head.branch === undefined ? [] : [head.branch])], signal);
  const made = await markedCommit(repository, key);
  if (made !== undefined) return { happened: true, output: answer(made, head) };
  const was = head.branch === undefined ? before["head"] : (before["refs"] as JsonObject)[head.branch];
  return head.text === before["head"] && head.commit === was ? { happened: false } : undefined;
}
