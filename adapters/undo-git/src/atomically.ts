import { join } from "node:path";
import { ToolError } from "@car/ir";
import { requireNoRefLock } from "./hooks.js";
import { type Act, closePending, CutShort, leftPlans, type Pending, type Plan, withPending } from "./pending.js";
import { readRefs } from "./refs.js";
import { readHead, type Repository } from "./repository.js";
import { restoreImage } from "./restore.js";

/**
 * A call of several steps that has happened or has not, wherever it is cut short: a failure takes it back at once, and what a
 * killed process leaves is taken back by whoever comes next.
 * @throws `ToolError`; `terminal` when it could be neither finished nor taken back.
 */
export async function atomically<T>(
  repository: Repository,
  key: string,
  work: (pending: Pending, act: Act) => Promise<T>,
): Promise<T> {
  return withPending(repository, key, work).catch(async (error: unknown) => {
    if (!(error instanceof CutShort)) throw error;
    const { message, cause } = error;
    await finishLeft(repository, new AbortController().signal).catch((second: unknown) => {
      const said = second instanceof Error ? second.message : String(second);
      throw new ToolError(`cut short: ${message}; not taken back: ${said}`, { class: "terminal", cause });
    });
    throw new ToolError(`${message}; it was taken back`, { class: "transient", cause });
  });
}

/** Takes back calls that were cut short, and goes on with restores. */
export async function finishLeft(repository: Repository, signal: AbortSignal): Promise<void> {
  for (const plan of await leftPlans(repository)) {
    const { folder, image, created } = plan;
    // A git program that the killed process has told to commit holds its locks until it is done.
    const refs = Object.keys(image.refs);
    await requireNoRefLock(repository, refs, signal);
    await requireOwn(repository, plan, folder);
    await restoreImage(repository, image, { key: "left", created });
    await closePending(repository, folder);
  }
}

/** @throws `ToolError` `denied` when somebody else has moved what the call was about to move. */
async function requireOwn(repository: Repository, { image, to }: Plan, folder: string): Promise<void> {
  const { text } = await readHead(repository);
  const refs = await readRefs(
    repository,
    Object.keys(to).filter((name) => name !== "HEAD"),
  );
  for (const [name, value] of Object.entries(to)) {
    const now = name === "HEAD" ? text : (refs[name] ?? null);
    const was = name === "HEAD" ? image.head : (image.refs[name] ?? null);
    if (now === value || now === was) continue;
    const said = `a call was cut short, and \`${name}\` has been moved since: it is not taken back. Look at the repository, then remove`;
    throw new ToolError(`${said} \`${join(folder, "plan")}\``, { class: "denied" });
  }
}
