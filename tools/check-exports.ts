import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { apiList, declarationFiles } from "./lib/api-list.js";
import { entryObjections } from "./lib/entry-objections.js";
import { REPOSITORY } from "./lib/files.js";
import { type Packed, packPublic } from "./lib/pack.js";
import { isScript, type Problem, reportProblems } from "./lib/report.js";
import { mapLimited, runCommand } from "./lib/run-command.js";
import { withTemporaryFolder } from "./lib/temporary-folder.js";
import { entryPoints, publicPackages, type WorkspacePackage } from "./lib/workspace.js";

/** Objects to logic and to `export *` in the entry files of every public package. */
export function checkEntries(root: string): readonly Problem[] {
  return publicPackages(root).flatMap((pkg) =>
    [...entryPoints(pkg).values()].flatMap((entry) => {
      const file = `${pkg.folder}/${entry}`;
      return entryObjections(readFileSync(join(root, file), "utf8")).map((objection) => ({ file, ...objection }));
    }),
  );
}

/**
 * Compares what the built packages export with their committed `api.txt`.
 * With `update` the files are rewritten instead, and there is nothing to object to.
 */
export function checkApi(root: string, { update }: { readonly update: boolean }): readonly Problem[] {
  return publicPackages(root)
    .filter((pkg) => entryPoints(pkg).size > 0)
    .flatMap((pkg) => {
      const file = `${pkg.folder}/api.txt`;
      const actual = apiList(declarationFiles(root, pkg));
      if (update) writeFileSync(join(root, file), actual);
      const committed = existsSync(join(root, file)) ? readFileSync(join(root, file), "utf8") : "";
      return differences(committed, actual).map((message) => ({ file, message }));
    });
}

function differences(committed: string, actual: string): readonly string[] {
  const [before, after] = [committed, actual].map((list) => new Set(list.split("\n")));
  const added = [...(after ?? [])].filter((line) => before?.has(line) === false);
  const removed = [...(before ?? [])].filter((line) => after?.has(line) === false);
  const hint = "run `npm run api` and review the diff";
  return [...added.map((line) => `new: ${line}; ${hint}`), ...removed.map((line) => `gone: ${line}; ${hint}`)];
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
  const api = checkApi(REPOSITORY, { update });
  const tarballs = update ? [] : await checkTarballs(REPOSITORY);
  reportProblems("exports", [...checkEntries(REPOSITORY), ...api, ...tarballs]);
}
