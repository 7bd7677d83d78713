import { readFileSync } from "node:fs";
import { join } from "node:path";
import { runCommand } from "./run-command.js";
import { publicPackages, type WorkspacePackage } from "./workspace.js";

/** A public package as it would be published. */
export interface Packed {
  readonly pkg: WorkspacePackage;
  /** Absolute path of the `.tgz` file. */
  readonly tarball: string;
}

const TIMEOUT_MS = 120_000;

/**
 * Packs every public package below `root` into the folder `destination`. The packages must have been built.
 * @throws `Error` with pnpm's output when packing fails.
 */
export async function packPublic(root: string, destination: string): Promise<readonly Packed[]> {
  const packages = publicPackages(root);
  const filters = packages.flatMap(({ manifest }) => ["--filter", manifest.name]);
  const pack = ["npx", "--yes", packageManager(root), "-r", ...filters, "pack", "--pack-destination", destination];
  const { code, output } = await runCommand(pack, { cwd: root, timeoutMs: TIMEOUT_MS });
  if (code !== 0) throw new Error(output);
  return packages.map((pkg) => ({ pkg, tarball: join(destination, tarballName(pkg)) }));
}

/** The pinned package manager: `pnpm@10.34.9`. */
function packageManager(root: string): string {
  const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { packageManager: string };
  return manifest.packageManager;
}

function tarballName({ manifest }: WorkspacePackage): string {
  return `${manifest.name.replace("@", "").replace("/", "-")}-${manifest.version ?? ""}.tgz`;
}
