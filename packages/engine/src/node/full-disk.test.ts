import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { verifyLog } from "@car/eventlog/node";
import { build } from "esbuild";
import { beforeAll, describe, expect, it } from "vitest";
import { createRuntime } from "../create-runtime.js";
import { temporaryPaths } from "../testing/disk.js";
import { tool } from "../testing/fixtures.js";
import type { Told } from "../testing/full-disk-child.js";
import { durableStore } from "./durable-store.js";

const path = temporaryPaths();
const fromRoot = (name: string): string => fileURLToPath(new URL(`../../../../${name}`, import.meta.url));
let program = "";

beforeAll(async () => {
  program = `${path()}.mjs`;
  await build({
    entryPoints: [fromRoot("packages/engine/src/testing/full-disk-child.ts")],
    outfile: program,
    bundle: true,
    platform: "node",
    format: "esm",
    tsconfig: fromRoot("tsconfig.json"),
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
  });
}, 60_000);

/** Lets a process work in `dir` until no file can grow beyond `kib`; gives what it was told of each proposal. */
function workUntilFull(
  dir: string,
  kib: number,
  [length, lanes]: readonly [length: number, lanes: number],
): readonly Told[] {
  const command = `ulimit -f ${kib} && exec "${process.execPath}" "${program}" "${dir}" ${length} ${lanes}`;
  const { stdout } = spawnSync("bash", ["-c", command], { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  return JSON.parse(stdout) as readonly Told[];
}

/** Opens the store where there is room, and lets recovery do what it finds to do. */
async function recovered(dir: string) {
  const store = await durableStore({ dir });
  const calls: string[] = [];
  const note = (name: string) => tool(name, ({ i, id }) => void calls.push(`${name} ${Number(i ?? id)}`));
  const book = note("book");
  const compensation = { tool: "unbook", parameters: { id: "$output.id" } };
  const schema = { ...book.schema, reversibility: "compensable" as const, compensation };
  const runtime = createRuntime({ durable: store, tools: [{ ...book, schema }, note("unbook"), note("pay")] });
  const { runs } = await runtime.recover();
  const done = new Set(runtime.state.keys());
  await runtime.close();
  await store.close();
  return { calls, done, ends: new Map(runs.map(({ run_id, result }) => [run_id, result.status])) };
}

describe("a disk that fills up", () => {
  it.each([
    [700, 1],
    [1_100, 1],
    [6_000, 1],
    [300, 4],
    [700, 4],
    [1_500, 4],
    [20_000, 4],
  ])("[EN-60] [8.1] with outputs of %i characters, %i runs at once: what was answered stays true", async (...as) => {
    const dir = path();
    const told = workUntilFull(dir, 96, as);
    expect(told.map(({ status }) => status).filter((status) => status !== "committed")).toHaveLength(as[1]);
    const { calls, done, ends } = await recovered(dir);
    for (const { i, status, runId = "" } of told) {
      if (status === "committed") expect(done).toContain(`done/${i}`);
      if (status === "committed" || status === "CAR_RUN_UNDECIDED") continue;
      expect(done).not.toContain(`done/${i}`);
      expect(ends.get(runId)).not.toBe("committed");
      expect(calls).not.toContain(`pay ${i}`);
      expect(calls).not.toContain(`book ${i}`);
    }
    expect(await verifyLog(`${dir}/log`)).toMatchObject({ valid: true });
    expect(await recovered(dir)).toMatchObject({ calls: [], done, ends: new Map() });
    expect(readdirSync(`${dir}/given-up`)).toHaveLength(1);
  });
});
