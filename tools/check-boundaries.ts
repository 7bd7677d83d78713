import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ALLOWED, type Allowed } from "./lib/dependency-table.js";
import { listFiles, REPOSITORY } from "./lib/files.js";
import { importCircles } from "./lib/import-circles.js";
import { type Import, importsOf, isNodeBuiltin, packageOf } from "./lib/imports.js";
import { isScript, type Problem, reportProblems } from "./lib/report.js";
import {
  entryPoints,
  INTERNAL_ENTRY,
  type Manifest,
  readManifest,
  readWorkspace,
  type WorkspacePackage,
} from "./lib/workspace.js";

/** Who may import an `/internal` entry. Examples show what users may write. */
const INTERNAL_READERS = /^(packages|adapters|apps)\/(?!example)/;

interface Room {
  readonly pkg: WorkspacePackage;
  readonly allowed: Allowed;
  /** Names that may be imported here only because this is a test. */
  readonly testOnly: ReadonlySet<string>;
  readonly workspace: ReadonlyMap<string, WorkspacePackage>;
}

/**
 * Compares every import and every declared dependency of the workspace below `root` with the dependency table, and
 * objects to modules of a package that import one another when they run.
 */
export function checkBoundaries(root: string): readonly Problem[] {
  const packages = readWorkspace(root);
  const workspace = new Map(packages.map((pkg) => [pkg.manifest.name, pkg]));
  const shared = Object.keys(readManifest(root).devDependencies ?? {});

  return packages.flatMap((pkg) => {
    const allowed = ALLOWED.find(({ folder }) => folder.test(pkg.folder));
    if (allowed === undefined) return [{ file: pkg.folder, message: "has no row in tools/lib/dependency-table.ts" }];
    const testOnly = new Set([...shared, ...Object.keys(pkg.manifest.devDependencies ?? {}), pkg.manifest.name]);
    const room: Room = { pkg, allowed, testOnly, workspace };
    const files = sourceFiles(root, pkg);
    return [
      ...manifestProblems(room),
      ...files.flatMap((file) => fileProblems(room, root, file)),
      ...importCircles(root, files).map(circleProblem),
    ];
  });
}

function circleProblem(circle: readonly string[]): Problem {
  return { file: circle[0]!, message: `imports itself when it runs: ${circle.join(" -> ")}` };
}

function sourceFiles(root: string, { folder }: WorkspacePackage): readonly string[] {
  const hasSrc = folder.includes("/") || folder === "benches";
  return listFiles(root, hasSrc ? `${folder}/src` : folder, [".ts", ".tsx", ".js"]);
}

function manifestProblems({ pkg, allowed }: Room): readonly Problem[] {
  const { dependencies = {}, peerDependencies = {} } = pkg.manifest;
  const file = `${pkg.folder}/package.json`;
  const reachable = [...allowed.internal, ...(allowed.composition?.internal ?? [])];
  const internal = Object.keys({ ...dependencies, ...peerDependencies }).filter((name) => name.startsWith("@car/"));
  const external = Object.keys(dependencies).filter((name) => !name.startsWith("@car/"));

  return [
    ...internal
      .filter((name) => allowed.internal !== "published" && !reachable.includes(name))
      .map((name) => ({ file, message: `must not depend on \`${name}\`` })),
    ...external
      .filter((name) => !isExternalAllowed(allowed, name))
      .map((name) => ({ file, message: `must not depend on \`${name}\`; a backend's client is a peer dependency` })),
  ];
}

function isExternalAllowed({ external }: Allowed, name: string): boolean {
  return external === "declared" || (external !== "peers" && external.includes(name));
}

function fileProblems(room: Room, root: string, file: string): readonly Problem[] {
  return importsOf(readFileSync(join(root, file), "utf8")).flatMap((found) => {
    const objection = objectionTo(room, file, found);
    return objection === undefined ? [] : [{ file, line: found.line, message: `\`${found.specifier}\` ${objection}` }];
  });
}

function objectionTo(room: Room, file: string, { specifier }: Import): string | undefined {
  if (specifier.startsWith(".")) return relativeObjection(room, file, specifier);
  if (isNodeBuiltin(specifier)) return builtinObjection(room, file);
  return specifier.startsWith("@car/")
    ? internalObjection(room, file, specifier)
    : externalObjection(room, file, specifier);
}

function relativeObjection({ pkg, allowed }: Room, file: string, specifier: string): string | undefined {
  const target = join(file, "..", specifier);
  if (!target.startsWith(`${pkg.folder}/`)) return "leaves the package; import its published entry";
  if (isTest(target.replace(/\.js$/, ".ts")) && !isTest(file)) return "is for tests only";
  const entersNode = target.startsWith(`${pkg.folder}/src/node/`) && !file.startsWith(`${pkg.folder}/src/node/`);
  if (allowed.browser && entersNode && !isTest(file)) return "is for Node only; a main entry runs in a browser too";
  return undefined;
}

function builtinObjection({ pkg, allowed }: Room, file: string): string | undefined {
  const mayUseNode = !allowed.browser || isTest(file) || file.startsWith(`${pkg.folder}/src/node/`);
  return mayUseNode ? undefined : "exists only in Node; put the file under src/node";
}

function internalObjection(room: Room, file: string, specifier: string): string | undefined {
  const name = packageOf(specifier);
  const target = room.workspace.get(name);
  if (target === undefined) return "is no package of this workspace";
  if (`.${specifier.slice(name.length)}` === INTERNAL_ENTRY && !INTERNAL_READERS.test(file))
    return "makes no promise to anybody outside";
  if (!entryPoints(target).has(`.${specifier.slice(name.length)}`)) return "is not in that package's exports map";
  const isForTest = isTest(file) && (room.testOnly.has(name) || isDeclared(room.pkg.manifest, name));
  if (isForTest) return undefined;
  if (!isDeclared(room.pkg.manifest, name)) return "is not a declared dependency";
  return isInternalAllowed(room, file, name) ? undefined : "must not be imported here";
}

function isInternalAllowed({ pkg, allowed }: Room, file: string, name: string): boolean {
  if (allowed.internal === "published" || allowed.internal.includes(name)) return true;
  const { composition } = allowed;
  const composes = composition?.files.some((prefix) => file.startsWith(`${pkg.folder}/${prefix}`)) === true;
  return composes && composition.internal.includes(name);
}

function externalObjection({ pkg, allowed, testOnly }: Room, file: string, specifier: string): string | undefined {
  const name = packageOf(specifier);
  if (isTest(file) && testOnly.has(name)) return undefined;
  if (pkg.folder === "tools" && testOnly.has(name)) return undefined;
  // Data of a package are put into the build, so users need not have it.
  if (specifier.endsWith(".json") && pkg.manifest.devDependencies?.[name] !== undefined) return undefined;
  if (!isDeclared(pkg.manifest, name)) return "is not a declared dependency";
  const isPeer = pkg.manifest.peerDependencies?.[name] !== undefined;
  return isPeer || isExternalAllowed(allowed, name) ? undefined : "must not be imported here";
}

function isDeclared({ dependencies = {}, peerDependencies = {} }: Manifest, name: string): boolean {
  return name in dependencies || name in peerDependencies;
}

/** Tests, and what only they use: the files below a folder `testing`. */
function isTest(file: string): boolean {
  return /\.test(-d)?\.ts$|\/testing\//.test(file);
}

if (isScript(import.meta.url)) reportProblems("boundaries", checkBoundaries(REPOSITORY));
