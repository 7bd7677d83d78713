import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

type Names = Readonly<Record<string, string>>;

/** The fields of a `package.json` that the checks read. */
export interface Manifest {
  readonly name: string;
  readonly version?: string;
  readonly private?: boolean;
  readonly bin?: Names;
  readonly exports?: Readonly<Record<string, unknown>>;
  readonly dependencies?: Names;
  readonly devDependencies?: Names;
  readonly peerDependencies?: Names;
}

/** One package of the workspace. */
export interface WorkspacePackage {
  /** Relative to the root, for example `packages/ir`. */
  readonly folder: string;
  readonly manifest: Manifest;
}

const GROUPS = ["packages", "adapters", "apps"];
const SINGLES = ["benches", "tools"];

/** Every package of the workspace, `packages/*` first. A folder without a `package.json` is no package. */
export function readWorkspace(root: string): readonly WorkspacePackage[] {
  const grouped = GROUPS.filter((group) => existsSync(join(root, group))).flatMap((group) =>
    readdirSync(join(root, group))
      .sort()
      .map((name) => `${group}/${name}`),
  );
  return [...grouped, ...SINGLES]
    .filter((folder) => existsSync(join(root, folder, "package.json")))
    .map((folder) => ({ folder, manifest: readManifest(join(root, folder)) }));
}

/** The `package.json` of `folder`, unchecked: pnpm and npm have already refused a broken one. */
export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
}

/** The entry of what only packages of this repository use: no promise of stability. */
export const INTERNAL_ENTRY = "./internal";

/** The packages that are published. */
export function publicPackages(root: string): readonly WorkspacePackage[] {
  return readWorkspace(root).filter(({ manifest }) => manifest.private !== true);
}

/**
 * The subpaths that a package's exports map offers to importers, with the source file behind each:
 * `"."` is `src/index.ts`, `"./node"` is `src/node/index.ts`. Empty for a package that offers only a command.
 */
export function entryPoints({ manifest }: WorkspacePackage): ReadonlyMap<string, string> {
  const subpaths = Object.keys(manifest.exports ?? {}).filter((subpath) => subpath !== "./package.json");
  return new Map(subpaths.map((subpath) => [subpath, `src/${subpath === "." ? "" : `${subpath.slice(2)}/`}index.ts`]));
}
