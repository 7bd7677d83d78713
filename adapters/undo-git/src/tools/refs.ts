import { type JsonObject, ToolError } from "@car/ir";
import type { ProbeAnswer } from "@car/ir/ports";
import { requireNoRefLock } from "../hooks.js";
import { type Call, objectSchema, textOf, type ToolParts, undoneByImage } from "../kit.js";
import { changeRefs, isRefName, readRefs } from "../refs.js";
import { commitAt, readHead, type Repository } from "../repository.js";

const NAME = { type: "string", minLength: 1, maxLength: 200 };
const AT = { type: "string", minLength: 1, description: "A commit, branch or tag. Default: HEAD." };

export const GIT_BRANCH: ToolParts = {
  schema: {
    name: "git_branch",
    description: "Makes a branch, without switching to it. Fails when there is one of that name at another commit.",
    parameters: objectSchema({ name: NAME, at: AT }, ["name"]),
    idempotent: true,
    ...undoneByImage(only("refs/heads/")),
  },
  run: (parameters, call) => makeRef(parameters, call, "refs/heads/"),
  probe: (parameters, call, before) => probeRef(parameters, call, { before, folder: "refs/heads/" }),
};

export const GIT_TAG: ToolParts = {
  schema: {
    name: "git_tag",
    description:
      "Makes a tag: an annotated one when there is a `message`. Fails when there is one of that name at another commit.",
    parameters: objectSchema({ name: NAME, at: AT, message: { type: "string", minLength: 1 } }, ["name"]),
    idempotent: true,
    ...undoneByImage(only("refs/tags/")),
  },
  run: (parameters, call) => makeRef(parameters, call, "refs/tags/"),
  probe: (parameters, call, before) => probeRef(parameters, call, { before, folder: "refs/tags/" }),
};

export const GIT_DELETE_BRANCH: ToolParts = {
  schema: {
    name: "git_delete_branch",
    description: "Deletes a branch, merged or not. Fails for one that is checked out anywhere.",
    parameters: objectSchema({ name: NAME }, ["name"]),
    ...undoneByImage(only("refs/heads/")),
  },
  run: deleteBranch,
  probe: async (parameters, { repository, signal }, before) => {
    const ref = `refs/heads/${textOf(parameters, "name") ?? ""}`;
    const { was, now } = await wasAndIs(repository, { ref, before, signal });
    if (was !== null && now === null) return { happened: true, output: { deleted: ref, was } };
    return was === now ? { happened: false } : undefined;
  },
};

/** What one ref is, and nothing else. */
function only(folder: string): JsonObject {
  return { refs: [`${folder}\${parameters.name}`], index: false, files: false };
}

async function makeRef(parameters: JsonObject, call: Call, folder: string): Promise<JsonObject> {
  const { repository, signal } = call;
  const ref = refNamed(folder, textOf(parameters, "name") ?? "");
  const at = textOf(parameters, "at") ?? "HEAD";
  const commit = await commitNamed(repository, at);
  const { [ref]: now = null } = await readRefs(repository, [ref]);
  if (now !== null && (await commitAt(repository, ref)) !== commit) {
    throw new ToolError(`\`${ref}\` is there already, at ${now}`, { class: "invalid" });
  }
  if (now === null) {
    const made = await makeObject(parameters, repository, commit);
    const message = `${folder === "refs/heads/" ? "branch" : "tag"}: Created from ${at}`;
    await changeRefs(repository, [{ ref, from: null, to: made }], { message, signal });
  }
  return { ref, commit };
}

/** What the ref points at: the commit, or a tag that says something about it. */
async function makeObject(parameters: JsonObject, { git }: Repository, commit: string): Promise<string> {
  const message = textOf(parameters, "message");
  if (message === undefined) return commit;
  const tagger = (await git.run(["var", "GIT_COMMITTER_IDENT"])).trim();
  const text = await git.run(["stripspace"], { stdin: message });
  const lines = [
    `object ${commit}`,
    "type commit",
    `tag ${textOf(parameters, "name") ?? ""}`,
    `tagger ${tagger}`,
    "",
    text,
  ];
  return (await git.run(["mktag"], { stdin: lines.join("\n") })).trim();
}

async function deleteBranch(parameters: JsonObject, { repository, signal }: Call): Promise<JsonObject> {
  const ref = refNamed("refs/heads/", textOf(parameters, "name") ?? "");
  const { [ref]: was = null } = await readRefs(repository, [ref]);
  if (was === null) throw new ToolError(`there is no \`${ref}\``, { class: "not_found" });
  if (was.startsWith("ref: ")) throw new ToolError(`\`${ref}\` is a symbolic ref`, { class: "invalid" });
  await requireNotCheckedOut(repository, ref);
  await changeRefs(repository, [{ ref, from: was, to: null }], { message: "branch: deleted", signal });
  return { deleted: ref, was };
}

/** @throws `ToolError` `denied` when a working tree, this one or another, is on the branch. */
async function requireNotCheckedOut(repository: Repository, ref: string): Promise<void> {
  const { branch } = await readHead(repository);
  const place = branch === ref ? "this working tree" : await otherWorktree(repository, ref);
  if (place !== undefined) throw new ToolError(`\`${ref}\` is checked out in ${place}`, { class: "denied" });
}

/** Where else a branch is checked out. */
export async function otherWorktree({ git, worktree }: Repository, ref: string): Promise<string | undefined> {
  const place = (await git.run(["for-each-ref", "--format=%(worktreepath)", ref])).split("\n")[0] ?? "";
  return place === "" || place === worktree ? undefined : `\`${place}\``;
}

/** @throws `ToolError` `invalid` when git allows no such name. */
export function refNamed(folder: string, name: string): string {
  const ref = `${folder}${name}`;
  if (isRefName(ref) && !name.startsWith("-") && name !== "HEAD") return ref;
  throw new ToolError(`\`${name}\` is no name for a ref`, { class: "invalid" });
}

/** @throws `ToolError` `not_found` when the name leads to no commit. */
export async function commitNamed(repository: Repository, name: string): Promise<string> {
  const commit = await commitAt(repository, name);
  if (commit !== null) return commit;
  const why = name === "HEAD" ? "there is no commit yet" : `\`${name}\` is no commit, branch or tag`;
  throw new ToolError(why, { class: "not_found" });
}

interface Asked {
  readonly ref: string;
  readonly before: JsonObject;
  readonly signal: AbortSignal;
}

async function wasAndIs(
  repository: Repository,
  { ref, before, signal }: Asked,
): Promise<{ was: string | null; now: string | null }> {
  await requireNoRefLock(repository, [ref], signal);
  const { [ref]: now = null } = await readRefs(repository, [ref]);
  const was = (before["refs"] as Readonly<Record<string, string | null>>)[ref] ?? null;
  return { was, now };
}

/** It was not there and is what it was to be, or it is not there. */
async function probeRef(
  parameters: JsonObject,
  { repository, signal }: Call,
  { before, folder }: { readonly before: JsonObject; readonly folder: string },
): Promise<ProbeAnswer> {
  const ref = `${folder}${textOf(parameters, "name") ?? ""}`;
  const { was, now } = await wasAndIs(repository, { ref, before, signal });
  if (now === was) return { happened: false };
  if (was !== null || now === null) return undefined;
  const [commit, wanted] = [
    await commitAt(repository, ref),
    await commitAt(repository, textOf(parameters, "at") ?? "HEAD"),
  ];
  return commit !== null && commit === wanted ? { happened: true, output: { ref, commit } } : undefined;
}
