import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type ApiReport, apiReports } from "./lib/api-report.js";
import { entryObjections } from "./lib/entry-objections.js";
import { listFiles, REPOSITORY } from "./lib/files.js";
import { type Packed, packPublic } from "./lib/pack.js";
import { isScript, type Problem, reportProblems } from "./lib/report.js";
import { mapLimited, runCommand } from "./lib/run-command.js";
import { withTemporaryFolder } from "./lib/temporary-folder.js";
import { entryPoints, INTERNAL_ENTRY, publicPackages, type WorkspacePackage } from "./lib/workspace.js";

/** Nobody oversees more. The wire types and ports of `@car/ir` are one language, and are listed by subject. */
const MOST_NAMES = 40;
const UNLIMITED = "@car/ir";

/** Objects to logic, to `export *` and to too many names in the entry files of every public package. */
export function checkEntries(root: string): readonly Problem[] {
  return publicPackages(root).flatMap((pkg) =>
    [...entryPoints(pkg)].flatMap(([subpath, entry]) => {
      const file = `${pkg.folder}/${entry}`;
      const isLimited = subpath !== INTERNAL_ENTRY && pkg.manifest.name !== UNLIMITED;
      const text = readFileSync(join(root, file), "utf8");
      return entryObjections(text, isLimited ? MOST_NAMES : Infinity).map((objection) => ({ file, ...objection }));
    }),
  );
}

/**
 * Compares what the built packages export, with its signatures, with their committed reports, `api/<entry>.api.md`.
 * With `update` the reports are rewritten instead, and there is nothing to object to.
 */
export async function checkApi(root: string, { update }: { readonly update: boolean }): Promise<readonly Problem[]> {
  const packages = publicPackages(root);
  const reports = await apiReports(root, packages);
  const left = packages.flatMap((pkg) => staleReports(root, pkg, reports));
  if (update) {
    for (const file of left) rmSync(join(root, file));
    for (const { file, text } of reports) write(join(root, file), text);
    return [];
  }
  const changed = reports.flatMap(({ file, text }) =>
    differences(read(join(root, file)), text).map((message) => ({ file, message })),
  );
  return [...changed, ...left.map((file) => ({ file, message: "is of an entry that is gone; run `npm run api`" }))];
}

/** Committed reports of entries that the package has no more. */
function staleReports(root: string, { folder }: WorkspacePackage, reports: readonly ApiReport[]): readonly string[] {
  const made = new Set(reports.map(({ file }) => file));
  return listFiles(root, `${folder}/api`, [".api.md"]).filter((file) => !made.has(file));
}

/** Keeps what is printed of one report readable. */
const MOST_LINES = 10;

function differences(committed: string, actual: string): readonly string[] {
  if (committed === actual) return [];
  const [before, after] = [committed, actual].map((text) => text.split("\n"));
  const added = linesBeyond(after!, before!).map((line) => `new: ${line}`);
  const removed = linesBeyond(before!, after!).map((line) => `gone: ${line}`);
  const all = [...added, ...removed];
  const rest = all.length > MOST_LINES ? [`and ${all.length - MOST_LINES} more`] : [];
  return [...all.slice(0, MOST_LINES), ...rest, "is not what is exported; run `npm run api` and review the diff"];
}

function linesBeyond(lines: readonly string[], others: readonly string[]): readonly string[] {
  const known = new Set(others);
  return lines.filter((line) => !known.has(line)).map((line) => line.trim());
}

function read(path: string): string {
  return existsSync(path) ? readFileSync(path, "utf8") : "";
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

/** What publint and "Are the types wrong?" say of the packed tarballs. */
export async function checkTarballs(root: string): Promise<readonly Problem[]> {
  return withTemporaryFolder(async (folder) => {
    const packed = await packPublic(root, folder);
    return (await mapLimited(packed, 2, (one) => tarballProblems(root, one))).flat();
  });
}

async function tarballProblems(root: string, { pkg, tarball }: Packed): Promise<readonly Problem[]> {
  const bin = (name: string): string => join(root, "node_modules/.bin", name);
  const commands = [[bin("publint"), "run", tarball, "--strict"]];
  // The old resolution of Node 10 knows no exports map; a package without one has no types to get wrong.
  if (hasTypes(pkg)) commands.push([bin("attw"), tarball, "--profile", "node16", "--no-emoji"]);

  const ended = await Promise.all(commands.map((command) => runCommand(command, { cwd: root, timeoutMs: 60_000 })));
  return ended.filter(({ code }) => code !== 0).map(({ output }) => ({ file: pkg.folder, message: output }));
}

function hasTypes(pkg: WorkspacePackage): boolean {
  return entryPoints(pkg).size > 0;
}

if (isScript(import.meta.url)) {
  const update = process.argv.includes("--update");
  const api = await checkApi(REPOSITORY, { update });
  const tarballs = update ? [] : await checkTarballs(REPOSITORY);
  reportProblems("exports", [...checkEntries(REPOSITORY), ...api, ...tarballs]);
}
