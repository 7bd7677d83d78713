import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { verifyLog } from "@car/eventlog/node";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const fromRoot = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "car-main-"));
  writeFileSync(join(folder, "package.json"), '{"type":"module","version":"0.0.0"}');
  const banner = { js: 'import{createRequire as r}from"node:module";const require=r(import.meta.url);' };
  await build({
    entryPoints: [fromRoot("apps/cli/src/main.ts")],
    outfile: join(folder, "dist/main.js"),
    bundle: true,
    platform: "node",
    format: "esm",
    banner,
    tsconfig: fromRoot("tsconfig.json"),
  });
  writeFileSync(join(folder, "tools.js"), TOOLS);
  const call = (id: string, tool: string): object => ({ id, type: "tool_call", tool });
  const plan = { actions: [call("r", "reserve"), { ...call("s", "slow"), dependencies: ["r"] }] };
  writeFileSync(join(folder, "plan.json"), JSON.stringify(plan));
  writeFileSync(join(folder, "loud.json"), JSON.stringify({ actions: [call("l", "loud")] }));
  writeFileSync(join(folder, "stray.json"), JSON.stringify({ actions: [call("r", "reserve"), call("b", "stray")] }));
});
afterAll(() => rmSync(folder, { recursive: true }));

const TOOLS = `
import { appendFileSync } from "node:fs";
import { createServer } from "node:net";
const done = (text) => appendFileSync("done", text + "\\n");
const tool = (name, execute, more) => ({ schema: { name, reversibility: "reversible", ...more }, execute });
console.log("loading");
export const tools = async () => {
  createServer().listen(0);
  setInterval(() => undefined, 1000);
  return [
    tool("reserve", () => done("reserve"), { reversibility: "compensable", compensation: { tool: "release" } }),
    tool("release", () => done("release")),
    tool("slow", (_, { signal }) => new Promise((resolve, reject) => {
      done("slow");
      signal.addEventListener("abort", () => reject(signal.reason));
    })),
    tool("loud", () => (console.log("a\\u001b[2Jb"), process.stdout.write("no line end"), console.error("c"), 1)),
    tool("stray", () => new Promise(() => setTimeout(() => { throw new Error("of nobody"); }, 50))),
  ];
};
export const close = () => done("closed");
`;

/** Runs the program in a folder of tools; `done` is what they did. */
function start(...argv: string[]): { readonly child: ChildProcessWithoutNullStreams; readonly ended: Promise<Ended> } {
  rmSync(join(folder, "done"), { force: true });
  const child = spawn(process.execPath, ["dist/main.js", ...argv], {
    cwd: folder,
    // Without what a shim of a package manager lets every module find.
    env: { ...process.env, NO_COLOR: "1", NODE_PATH: "" },
  });
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on("data", (bytes: Buffer) => out.push(bytes));
  child.stderr.on("data", (bytes: Buffer) => err.push(bytes));
  child.stdin.end();
  const ended = new Promise<Ended>((resolve) => {
    child.on("close", (code) =>
      resolve({ code, out: Buffer.concat(out).toString(), err: Buffer.concat(err).toString() }),
    );
  });
  return { child, ended };
}

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

const done = (): string => (existsSync(join(folder, "done")) ? readFileSync(join(folder, "done"), "utf8").trim() : "");

async function untilDone(text: string): Promise<void> {
  while (!done().includes(text)) await delay(20);
}

describe("the process", () => {
  it.each(["SIGINT", "SIGTERM", "SIGHUP"] as const)(
    "[CLI-21] %s cancels a run, which undoes it and tells the log",
    async (signal) => {
      const { child, ended } = start("run", "plan.json", "--tools", "tools.js", "--log", `${signal}.jsonl`);
      await untilDone("slow");
      child.kill(signal);
      expect((await ended).code).toBe(4);
      expect(done()).toBe("reserve\nslow\nrelease\nclosed");
      expect(readFileSync(join(folder, `${signal}.jsonl`), "utf8")).toContain('"status":"canceled"');
      expect((await verifyLog(join(folder, `${signal}.jsonl`))).valid).toBe(true);
    },
  );

  it("[CLI-21] an error that a tool throws into the void cancels a run", async () => {
    const { code, err } = await start("run", "stray.json", "--tools", "tools.js").ended;
    expect([code, done()]).toEqual([4, "reserve\nrelease\nclosed"]);
    expect(err).toContain("of nobody");
    expect(err).not.toContain("    at ");
  });

  it("[CLI-2] [CLI-17] what tools print goes to standard error, without its commands to a terminal; what they leave running does not hold the process", async () => {
    const { code, out, err } = await start("run", "loud.json", "--tools", "tools.js", "--json").ended;
    expect([code, (JSON.parse(out) as { status: string }).status]).toEqual([0, "committed"]);
    expect(err).toBe("loading\nab\nc\nno line end\n");
  });

  it("[CLI-23] a reader that goes away stops nothing, and is not complained about", async () => {
    const { child, ended } = start("run", "loud.json", "--tools", "tools.js", "--log", "gone.jsonl");
    child.stdout.destroy();
    child.stderr.destroy();
    expect((await ended).code).toBe(0);
    expect(readFileSync(join(folder, "gone.jsonl"), "utf8")).toContain('"status":"committed"');
    expect(done()).toBe("closed");
  });

  it.skipIf(!existsSync("/dev/full"))("[CLI-23] an answer that the disk has no room for exits with 5", () => {
    const argv = ["dist/main.js", "verify", "plan.json", "--tools", "tools.js"];
    const { status, stderr } = spawnSync(process.execPath, argv, {
      cwd: folder,
      stdio: ["ignore", openSync("/dev/full", "w"), "pipe"],
    });
    expect([status, stderr.toString()]).toEqual([5, expect.stringMatching(/standard output: ENOSPC/)]);
  });

  it("[CLI-27] TypeScript that Node does not read is read by the tsx beside it", async () => {
    const enumerated =
      'enum Reply { yes }\nexport const tools: unknown = [{ schema: { name: "t", reversibility: "reversible" }, execute: () => Reply.yes }];';
    writeFileSync(join(folder, "enum.ts"), enumerated);
    writeFileSync(join(folder, "t.json"), '{"actions":[{"id":"a","type":"tool_call","tool":"t"}]}');
    const run = () => start("run", "t.json", "--tools", "enum.ts").ended;
    expect(await run()).toMatchObject({ code: 2, err: expect.stringMatching(/enum\.ts: .*install tsx/) as string });
    mkdirSync(join(folder, "node_modules"));
    symlinkSync(fromRoot("node_modules/tsx"), join(folder, "node_modules/tsx"), "junction");
    expect(await run()).toMatchObject({ code: 0, out: expect.stringContaining("t {} → 0") as string });
  });

  it("[CLI-24] [CLI-33] a log has one writer, the second process is told who it is; it has what was called, when its writer is killed", async () => {
    const { child, ended } = start("run", "plan.json", "--tools", "tools.js", "--log", "one.jsonl");
    await untilDone("slow");
    const second = await start("run", "loud.json", "--tools", "tools.js", "--log", "one.jsonl").ended;
    expect([second.code, second.err]).toEqual([2, expect.stringContaining(`is written by process ${child.pid} on `)]);
    expect((await start("log", "show", "one.jsonl").ended).code).toBe(0);
    child.kill("SIGKILL");
    await ended;
    const shown = await start("log", "show", "one.jsonl").ended;
    expect(shown.out).toMatch(/r action executing: reserve/);
    expect((await start("run", "loud.json", "--tools", "tools.js", "--log", "one.jsonl").ended).code).toBe(0);
    expect((await verifyLog(join(folder, "one.jsonl"))).valid).toBe(true);
  });
});
