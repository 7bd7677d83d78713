import { join } from "node:path";
import { build } from "esbuild";
import { REPOSITORY } from "../lib/files.js";

/** Bundles the process under test, so that plain Node starts it fast. Gives its path. */
export async function bundleChild(folder: string): Promise<string> {
  const outfile = join(folder, "child.cjs");
  await build({
    entryPoints: [join(REPOSITORY, "tools/crash/child.ts")],
    outfile,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    tsconfig: join(REPOSITORY, "tsconfig.json"),
  });
  return outfile;
}
