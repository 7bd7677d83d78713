import { build } from "esbuild";
import { BUNDLE_BUDGETS } from "./lib/bundle-budgets.js";
import { isForBrowsers } from "./lib/dependency-table.js";
import { REPOSITORY } from "./lib/files.js";
import { isScript, type Problem, reportProblems } from "./lib/report.js";
import { publicPackages } from "./lib/workspace.js";

const KIB = 1024;

/** Holds the minified bundle of each library against its budget in KiB. Needs a build. */
export async function checkBundleSizes(
  root: string,
  budgets: ReadonlyMap<string, number>,
): Promise<readonly Problem[]> {
  const problems: Problem[] = [];
  for (const { folder, manifest } of publicPackages(root)) {
    if (!folder.startsWith("packages/") || !isForBrowsers(folder)) continue;
    const file = `${folder}/dist/index.js`;
    const budget = budgets.get(manifest.name);
    const size = (await bundledBytes(root, file)) / KIB;
    console.log(`${manifest.name.padEnd(18)} ${size.toFixed(0).padStart(5)} KiB of ${budget ?? "?"}`);
    if (budget === undefined) problems.push({ file, message: "has no budget in tools/lib/bundle-budgets.ts" });
    else if (size > budget)
      problems.push({ file, message: `is ${size.toFixed(1)} KiB minified, its budget is ${budget}` });
  }
  return problems;
}

async function bundledBytes(root: string, entry: string): Promise<number> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    bundle: true,
    minify: true,
    write: false,
    platform: "browser",
    format: "esm",
    target: "es2022",
    // Without the paths of this repository, which lead to sources: users bundle what is published.
    tsconfigRaw: "{}",
    logLevel: "silent",
  });
  return outputFiles[0]!.contents.length;
}

if (isScript(import.meta.url)) {
  reportProblems("bundles", await checkBundleSizes(REPOSITORY, BUNDLE_BUDGETS));
}
