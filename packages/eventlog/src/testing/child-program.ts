import { type ChildProcessByStdio, spawn } from "node:child_process";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const fromRoot = (path: string): string => fileURLToPath(new URL(`../../../../${path}`, import.meta.url));

/** Bundles a program of this folder with the sources it imports, so that plain Node can run it. Gives its path. */
export async function bundleProgram(name: string, folder: string): Promise<string> {
  const outfile = join(folder, `${name}.mjs`);
  await build({
    entryPoints: [fromRoot(`packages/eventlog/src/testing/${name}.ts`)],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    tsconfig: fromRoot("tsconfig.json"),
  });
  return outfile;
}

/** A running program, and what it has said. */
export interface RunningProgram {
  readonly child: ChildProcessByStdio<Writable, Readable, null>;
  /** Everything on its standard output so far. */
  said(): string;
  /** Settles when it has said `text`, or has ended. */
  untilSaid(text: string): Promise<void>;
  /** Settles with the signal that ended it. */
  readonly ended: Promise<string | null>;
}

/** Runs a bundled program. */
export function runProgram(program: string, ...args: string[]): RunningProgram {
  const child = spawn(process.execPath, [program, ...args], { stdio: ["pipe", "pipe", "inherit"] });
  let said = "";
  child.stdout.on("data", (bytes: Buffer) => (said += bytes.toString()));
  const ended = new Promise<string | null>((resolve) => child.on("close", (_code, signal) => resolve(signal)));
  const untilSaid = (text: string): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => void (said.includes(text) && resolve());
      child.stdout.on("data", look);
      child.on("close", () => resolve());
      look();
    });
  return { child, said: () => said, untilSaid, ended };
}
