import { spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import type { JsonObject } from "@car/ir";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cleanUp, emptyHome, opened, probeContext, toolNamed, worked } from "./testing/repositories.js";

const root = mkdtempSync(join(tmpdir(), "car-undo-git-cut-"));
const home = emptyHome();
const program = join(root, "child.mjs");
const template = join(root, "template");
/** All steps are tried with `CAR_CUT_EVERY=1`. */
const EVERY = Number(process.env["CAR_CUT_EVERY"] ?? 8);
const MOST_STEPS = 400;
const KEY = "c".repeat(64);

beforeAll(async () => {
  await build({
    entryPoints: [join(import.meta.dirname, "testing/dying-child.ts")],
    outfile: program,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "esm",
    tsconfig: join(import.meta.dirname, "../../../tsconfig.json"),
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
  });
  worked(template);
});
afterAll(() => [root, home].forEach(cleanUp));

/** Makes a call in a process that dies at a step. */
function cut(folder: string, [tool, parameters]: readonly [string, JsonObject], dieAt: number): boolean {
  const orders = JSON.stringify({ folder, tool, parameters, key: KEY, dieAt });
  const { signal, status, stderr } = spawnSync(process.execPath, [program, orders], { encoding: "utf8" });
  if (signal !== "SIGKILL" && status !== 0) throw new Error(stderr);
  return signal === "SIGKILL";
}

describe("a process that is killed", () => {
  it.each<readonly [string, JsonObject, JsonObject]>([
    ["git_commit", { message: "all", all: true }, { refs: ["HEAD"], index: true, files: false }],
    ["git_checkout", { ref: "other" }, { refs: ["HEAD"], untracked: false }],
    ["git_checkout", { ref: "topic", create: true }, { refs: ["HEAD", "refs/heads/topic"], untracked: false }],
    ["git_stash", { include_untracked: true }, { refs: ["HEAD", "refs/stash"] }],
  ])(
    "[UG-11] at any step of %s %j: it has happened or not, and its probe knows which",
    async (tool, parameters, scope) => {
      let happened = 0;
      for (let step = 1 + (EVERY % 3); step < MOST_STEPS; step += EVERY) {
        const folder = join(root, `${tool}-${parameters["create"] === true ? "new" : ""}-${step}`);
        cpSync(template, folder, { recursive: true, preserveTimestamps: true });
        const repository = opened(folder);
        const before = repository.snapshot();
        const image = await repository.call("git_image", scope);
        if (!cut(folder, [tool, parameters], step)) break;

        const answer = await toolNamed(repository.kit, tool).probe?.(parameters, probeContext(KEY, image));
        expect(answer, `step ${step}`).toMatchObject({ happened: expect.any(Boolean) as unknown });
        if (answer?.happened === true) {
          happened += 1;
          expect(repository.snapshot()).not.toEqual(before);
          await repository.call("git_restore", { image });
        }
        expect(repository.snapshot(), `step ${step}`).toEqual(before);
        expect(existsSync(join(folder, ".git/car-undo"))).toBe(false);
        cleanUp(folder);
      }
      expect(happened).toBeGreaterThanOrEqual(EVERY === 1 ? 1 : 0);
    },
  );

  it("[UG-11] at any step of git_restore: the next call of anything ends it", async () => {
    for (let step = 1; step < MOST_STEPS; step += EVERY) {
      const folder = join(root, `restore-${step}`);
      cpSync(template, folder, { recursive: true, preserveTimestamps: true });
      const repository = opened(folder);
      const before = repository.snapshot();
      const image = await repository.call("git_image", {});
      await repository.call("git_stash", { include_untracked: true });
      await repository.call("git_checkout", { ref: "other" });
      const isCut = cut(folder, ["git_restore", { image }], step);
      await repository.call("git_restore", { image });
      expect(repository.snapshot(), `step ${step}`).toEqual(before);
      cleanUp(folder);
      if (!isCut) break;
    }
  });
});
