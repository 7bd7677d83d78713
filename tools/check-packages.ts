import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Consumer, createConsumer } from "./lib/consumer.js";
import { REPOSITORY } from "./lib/files.js";
import { packPublic } from "./lib/pack.js";
import { parseReadme } from "./lib/readme.js";
import { isScript, type Problem, reportProblems } from "./lib/report.js";
import { mapLimited } from "./lib/run-command.js";
import { withTemporaryFolder } from "./lib/temporary-folder.js";
import { entryPoints, type WorkspacePackage } from "./lib/workspace.js";

/**
 * Installs every public package below `root`, packed, alone into an empty npm project: its entries must load, its
 * commands must answer, and the first example of its README must compile and run. Needs a build.
 * `only` names the packages to look at; without names all are.
 */
export async function checkPackages(root: string, only: readonly string[]): Promise<readonly Problem[]> {
  return withTemporaryFolder(async (folder) => {
    const packed = await packPublic(root, folder);
    const tarballs = new Map(packed.map(({ pkg, tarball }) => [pkg.manifest.name, tarball]));
    const wanted = packed.filter(({ pkg }) => only.length === 0 || only.includes(pkg.manifest.name));
    const problems = await mapLimited(wanted, 2, async ({ pkg }) => {
      const readme = parseReadme(readmeOf(join(root, pkg.folder)));
      const consumer = createConsumer({ root, tarballs, folder: join(folder, pkg.folder) });
      const messages = await objectionsOf(pkg, readme, consumer);
      console.log(`${pkg.manifest.name}: ${messages.length === 0 ? "installs alone and keeps its README" : "broken"}`);
      return messages.map((message) => ({ file: `${pkg.folder}/README.md`, message }));
    });
    return problems.flat();
  });
}

/** Empty where there is none: a README that promises nothing is objected to later. */
function readmeOf(folder: string): string {
  const file = join(folder, "README.md");
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

async function objectionsOf(
  pkg: WorkspacePackage,
  { installs, example }: ReturnType<typeof parseReadme>,
  consumer: Consumer,
): Promise<readonly string[]> {
  const { name, bin = {} } = pkg.manifest;
  if (!installs.includes(name)) return [`has no install command that names ${name}`];

  const alone = await consumer.install([name]);
  if (alone !== undefined) return [alone];
  const entries = [...entryPoints(pkg).keys()].map((subpath) => name + subpath.slice(1));
  const objections = [...(await consumer.load(entries)), ...(await consumer.help(Object.keys(bin)))];
  if ("car" in bin) objections.push(...(await consumer.begin("car")));

  if (example === undefined) return entries.length === 0 ? objections : [...objections, "has no ```ts example"];
  const further = installs.length > 1 ? await consumer.install(installs) : undefined;
  return further === undefined ? [...objections, ...(await consumer.runExample(example))] : [...objections, further];
}

if (isScript(import.meta.url)) reportProblems("packages", await checkPackages(REPOSITORY, process.argv.slice(2)));
