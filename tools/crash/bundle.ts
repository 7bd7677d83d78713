import { join } from "node:path";
import { build } from "esbuild";
import { REPOSITORY } from "../lib/files.js";

/** Bundles a process under test, so that plain Node starts it fast. Gives its path. */
export async function bundleChild(folder: string, source = "tools/crash/child.ts"): Promise<string> {
  const outfile = join(folder, "child.cjs");
  await build({
    entryPoints: [join(REPOSITORY, source)],
    outfile,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    // Its binary is found from where it lies.
    external: ["libsql"],
    tsconfig: join(REPOSITORY, "tsconfig.json"),
  });
  return outfile;
}
