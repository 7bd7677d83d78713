import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { ToolError } from "@car/ir";
import type { Repository } from "./repository.js";
import type { RunOptions } from "./git.js";
import { exists } from "./worktree.js";

/**
 * Runs a hook as git does; none is none.
 * @throws `ToolError` `denied` when it refuses.
 */
export async function runHook(
  { git }: Repository,
  hook: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<void> {
  const { code, stdout, stderr } = await git.attempt(["hook", "run", "--ignore-missing", hook, "--", ...args], options);
  if (code === 0) return;
  const said = `${stdout.toString("utf8")}${stderr}`.trim().slice(0, 2_000);
  throw new ToolError(`hook ${hook}: ${said === "" ? `ended with code ${code}` : said}`, { class: "denied" });
}

const PAUSE_MS = 20;

/** Waits until no git program holds one of these refs: one that a killed process has started may not be done. */
export async function requireNoRefLock(
  { commonDir, gitDir }: Repository,
  refs: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  for (const ref of refs) {
    const lock = `${join(ref === "HEAD" ? gitDir : commonDir, ref)}.lock`;
    while (await exists(lock)) await delay(PAUSE_MS, undefined, { signal });
  }
}
