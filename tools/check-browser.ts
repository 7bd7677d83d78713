import { existsSync } from "node:fs";
import { join } from "node:path";
import { build, type BuildFailure, type Message } from "esbuild";
import { runInChromium } from "./lib/chromium.js";
import { isForBrowsers } from "./lib/dependency-table.js";
import { REPOSITORY } from "./lib/files.js";
import { isScript, type Problem, reportProblems } from "./lib/report.js";
import { entryPoints, publicPackages, type WorkspacePackage } from "./lib/workspace.js";

const CHROMIUM = "/usr/bin/chromium";

/** Bundles the entries of every library for a browser; whatever would need Node is a problem. Needs a build. */
export async function checkBundles(root: string): Promise<readonly Problem[]> {
  const libraries = publicPackages(root).filter(
    ({ folder }) => folder.startsWith("packages/") && isForBrowsers(folder),
  );
  const problems: Problem[] = [];
  for (const library of libraries) {
    for (const entry of browserEntries(library)) problems.push(...(await bundle(root, entry)).problems);
  }
  return problems;
}

/** Built files of the entries that a browser may load: all but `./node`. */
function browserEntries(pkg: WorkspacePackage): readonly string[] {
  return [...entryPoints(pkg)]
    .filter(([subpath]) => subpath !== "./node")
    .map(([, source]) => `${pkg.folder}/${source.replace(/^src\//, "dist/").replace(/\.ts$/, ".js")}`);
}

interface Bundle {
  readonly code: string;
  readonly problems: readonly Problem[];
}

async function bundle(root: string, entry: string): Promise<Bundle> {
  try {
    const { outputFiles, warnings } = await build({
      absWorkingDir: root,
      entryPoints: [entry],
      bundle: true,
      write: false,
      platform: "browser",
      format: "esm",
      target: "es2022",
      logLevel: "silent",
    });
    // A `require` of a Node module inside `try` is only a warning for esbuild; it still does not run in a browser.
    return {
      code: outputFiles[0]?.text ?? "",
      problems: warnings.filter(isProblem).map((warning) => toProblem(entry, warning)),
    };
  } catch (failure) {
    return { code: "", problems: (failure as BuildFailure).errors.map((error) => toProblem(entry, error)) };
  }
}

/** A chunk that is imported for nothing, and left out, is none. */
function isProblem({ id }: { readonly id: string }): boolean {
  return id !== "ignored-bare-import";
}

function toProblem(entry: string, { text, location }: Message): Problem {
  if (location === null) return { file: entry, message: text };
  return { file: entry, message: `${text} (${location.file}:${location.line})` };
}

/**
 * Runs a proposal in headless Chromium: once on an ordinary page, once where the page forbids code generation.
 * Without Chromium on the machine there is nothing to object to, and a line says so.
 */
export async function checkPage(root: string): Promise<readonly Problem[]> {
  if (!existsSync(CHROMIUM)) {
    console.log(`SKIPPED: ${CHROMIUM} does not exist, so no proposal was executed in a browser`);
    return [];
  }
  const file = "tools/browser/smoke-page.ts";
  const { code, problems } = await bundle(root, file);
  if (problems.length > 0) return problems;

  const policies = ["script-src 'unsafe-inline' 'unsafe-eval'", "script-src 'unsafe-inline'"];
  const answers: Problem[] = [];
  for (const policy of policies) {
    const status = await runInChromium({ executablePath: CHROMIUM, code, contentSecurityPolicy: policy });
    console.log(`Chromium, ${policy}: ${status}`);
    if (status !== "committed") answers.push({ file, message: `status is \`${status}\` under ${policy}` });
  }
  return answers;
}

if (isScript(import.meta.url)) {
  reportProblems("browser", [...(await checkBundles(REPOSITORY)), ...(await checkPage(join(REPOSITORY)))]);
}
