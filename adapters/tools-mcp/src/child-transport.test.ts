import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { scriptedServer } from "./testing/scripted-server.js";

/** Says its process id, and ends neither with its input nor when it is asked to. */
const STUBBORN = scriptedServer(
  "",
  `console.error(process.pid); process.on("SIGTERM", () => 0); setInterval(() => 0, 1000);`,
);
const MEEK = scriptedServer("", "console.error(process.pid);");

let folder: string;
let program: string;
beforeAll(async () => {
  // Below this package, whose dependencies it needs.
  folder = await mkdtemp(join(import.meta.dirname, "../node_modules/.host-"));
  program = join(folder, "host.mjs");
  await build({
    entryPoints: [join(import.meta.dirname, "testing/host-program.ts")],
    bundle: true,
    platform: "node",
    format: "esm",
    external: ["@modelcontextprotocol/*"],
    outfile: program,
    logLevel: "silent",
  });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A process that starts the server. */
async function host({ args }: { readonly args: readonly string[] }, then: "end" | "exit" | "close") {
  const began = performance.now();
  const child = spawn(process.execPath, [program, JSON.stringify(args), then], { cwd: tmpdir() });
  const output: string[] = [];
  child.stdout.on("data", (chunk: Buffer) => output.push(String(chunk)));
  child.stderr.on("data", (chunk: Buffer) => output.push(String(chunk)));
  const code = await new Promise<number | null>((resolve) => child.once("exit", resolve));
  const ms = performance.now() - began;
  return { code, ms, output: output.join(""), isServerAlive: !(await isGone(Number.parseInt(output.join(""), 10))) };
}

/** The system may take seconds to bury what has ended. */
async function isGone(pid: number): Promise<boolean> {
  for (let count = 0; count < 50 && isAlive(pid); count++) await new Promise((resolve) => setTimeout(resolve, 100));
  return !isAlive(pid);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

describe("a process that has started a server", () => {
  it.each(["end", "exit"] as const)(
    "[TM-32] [5.9] ends (%s) without `close()`, and no server is left",
    async (then) => {
      for (const server of [MEEK, STUBBORN]) {
        expect(await host(server, then)).toMatchObject({
          code: 0,
          isServerAlive: false,
          output: expect.stringMatching(/^\d+\s*$/),
        });
      }
    },
  );

  it("[TM-32] [5.9] closes a server that ignores the end of its input, and SIGTERM, within seconds", async () => {
    const { code, ms, output, isServerAlive } = await host(STUBBORN, "close");
    expect([code, output.endsWith("closed"), isServerAlive]).toEqual([0, true, false]);
    expect(ms).toBeLessThan(9_000);
  });
});
