import { appendFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ToolError } from "@car/ir";
import { endSoon, failureText } from "./git.js";
import { lockFile, NothingDone, type Pending } from "./pending.js";
import { readHead, type Repository } from "./repository.js";
import { exists } from "./worktree.js";

/** A change of one ref: from what it is (`null`: it is not there) to what it becomes. Equal ones are only held against it. */
export interface RefChange {
  readonly ref: string;
  readonly from: string | null;
  readonly to: string | null;
}

export interface RefTransaction {
  /** For the reflogs. */
  readonly message: string;
  readonly signal?: AbortSignal | undefined;
  /** Keep a reflog whatever the configuration says. */
  readonly createReflog?: boolean;
}

const MAX_WAIT_MS = 60_000;

/**
 * All changes, or none. Git takes its locks and says so before it is told to commit: when this process dies earlier git gives
 * up, when it dies later the locks are held until git is done.
 * @throws `NothingDone` when git refuses: somebody else has moved a ref, a hook says no.
 */
export async function changeRefs(
  { git, hash }: Repository,
  changes: readonly RefChange[],
  { message, signal, createReflog = false }: RefTransaction,
): Promise<void> {
  if (changes.length === 0) return;
  const none = "0".repeat(hash === "sha1" ? 40 : 64);
  const lines = changes.map(({ ref, from, to }) =>
    from === to
      ? `verify ${ref} ${from ?? none}`
      : to === null
        ? `delete ${ref} ${from}`
        : `update ${ref} ${to} ${from ?? none}`,
  );
  const args = ["update-ref", ...(createReflog ? ["--create-reflog"] : []), "-m", message, "--stdin"];
  const child = git.start(args);
  let said = "";
  let stderr = "";
  let committing = false;
  await new Promise<void>((resolve, reject) => {
    const onAbort = (): void => {
      if (!committing) endSoon(child);
    };
    const timer = setTimeout(() => endSoon(child), MAX_WAIT_MS);
    signal?.addEventListener("abort", onAbort, { once: true });
    child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString("utf8")));
    child.stdout.on("data", (chunk: Buffer) => {
      said += chunk.toString("utf8");
      if (committing || !said.includes("prepare: ok\n")) return;
      committing = true;
      child.stdin.end("commit\n");
    });
    child.stdin.on("error", () => undefined);
    child.stdin.write(`start\n${lines.join("\n")}\nprepare\n`);
    if (signal?.aborted === true) onAbort();
    child.on("error", (error) => reject(new NothingDone(error)));
    child.on("close", (code) => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
      if (code === 0 && said.includes("commit: ok\n")) return resolve();
      if (committing) return reject(new ToolError(failureText(args, code ?? 0, stderr)));
      reject(new NothingDone(refusal(failureText(args, code ?? 0, stderr), signal)));
    });
  });
}

/** Whoever was quicker may be so once only; a name that cannot be stays one. */
function refusal(text: string, signal: AbortSignal | undefined): ToolError {
  if (signal?.aborted === true) return new ToolError("canceled before anything was done", { class: "canceled" });
  const quicker = /Unable to create|but expected|reference already exists|unable to resolve reference/i.test(text);
  return new ToolError(text, { class: quicker ? "transient" : "denied" });
}

/**
 * Writes HEAD, as git does: under its lock, and in one step.
 * @throws `NothingDone` when it is not, or no longer, what it was thought to be.
 */
export async function changeHead(
  repository: Repository,
  change: { readonly from: string; readonly to: string; readonly commit: string | null; readonly message: string },
  pending: Pending,
): Promise<void> {
  const file = join(repository.gitDir, "HEAD");
  const unlock = await lockFile(file, pending).catch((error: unknown) => {
    throw new NothingDone(error);
  });
  try {
    const head = await readHead(repository);
    if (head.text !== change.from) {
      throw new NothingDone(new ToolError(`HEAD has become \`${head.text}\` meanwhile`, { class: "transient" }));
    }
    await writeFile(join(pending.folder, "HEAD"), `${change.to}\n`);
    const none = "0".repeat(repository.hash === "sha1" ? 40 : 64);
    await logHead(repository, `${head.commit ?? none} ${change.commit ?? none}`, change.message);
    await rename(join(pending.folder, "HEAD"), file);
  } finally {
    await unlock();
  }
}

async function logHead(repository: Repository, ids: string, message: string): Promise<void> {
  const log = join(repository.gitDir, "logs", "HEAD");
  if (!(await exists(log))) return;
  const { code, stdout } = await repository.git.attempt(["var", "GIT_COMMITTER_IDENT"]);
  const who =
    code === 0 ? stdout.toString("utf8").trim() : `car <car@localhost> ${Math.floor(Date.now() / 1000)} +0000`;
  await appendFile(log, `${ids} ${who}\t${message}\n`);
}

const NO_REF_NAME = /[\0-\x20~^:?*[\\\x7f]|\.\.|@\{|\/[./]|\.(lock)?(\/|$)|\/$/;

/** Whether git allows the full name. */
export function isRefName(ref: string): boolean {
  return ref.startsWith("refs/") && !NO_REF_NAME.test(ref);
}

/** The values of the refs named, or of all branches, tags and the stash. Symbolic ones are `ref: target`. */
export async function readRefs(
  { git }: Repository,
  names: readonly string[] | "all",
): Promise<Readonly<Record<string, string | null>>> {
  const wanted = names === "all" ? ["refs/heads", "refs/tags", "refs/stash"] : names;
  if (wanted.length === 0) return {};
  const format = "--format=%(refname)%09%(objectname)%09%(symref)";
  const text = await git.run(["for-each-ref", format, ...wanted]);
  const found = new Map(
    text.split("\n").flatMap((line) => {
      const [ref = "", id = "", symbolic = ""] = line.split("\t");
      return ref === "" ? [] : [[ref, symbolic === "" ? id : `ref: ${symbolic}`] as const];
    }),
  );
  if (names === "all") return Object.fromEntries(found);
  return Object.fromEntries(names.map((ref) => [ref, found.get(ref) ?? null]));
}
