import { chmod, lstat, mkdir, open, readFile, readlink, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ToolError } from "@car/ir";
import { onIndex } from "./index-file.js";
import { type Repository, worktreeOf } from "./repository.js";
import { codeOf, kindOf } from "./worktree.js";

/** Which files a reading of the working tree is about. */
export type Untracked = "none" | "all";

/** Files that are not as the index says, and, when asked, those that it does not know. Ignored ones are never among them. */
export async function differingFiles(
  { git }: Repository,
  untracked: Untracked,
  index?: string,
): Promise<readonly string[]> {
  const which = untracked === "all" ? "all" : "no";
  const args = [
    "status",
    "--porcelain=v2",
    "-z",
    "--no-renames",
    "--ignore-submodules=all",
    `--untracked-files=${which}`,
  ];
  const text = await git.run(args, index === undefined ? {} : onIndex(index));
  const paths = text.split("\0").flatMap((line) => {
    if (line.startsWith("? ")) return [line.slice(2)];
    if (line.startsWith("u ")) return [afterFields(line, 10)];
    return line.startsWith("1 ") && line[3] !== "." ? [afterFields(line, 8)] : [];
  });
  // A name that ends so is another repository.
  return paths.filter((path) => !path.endsWith("/")).map(readable);
}

function afterFields(line: string, count: number): string {
  let at = 0;
  for (let field = 0; field < count; field += 1) at = line.indexOf(" ", at) + 1;
  return line.slice(at);
}

function readable(path: string): string {
  if (!path.includes("\ufffd")) return path;
  throw new ToolError(`\`${path}\`: a name that is not UTF-8 cannot be kept`, { class: "invalid" });
}

/**
 * What is kept of a file: `mode id` with the mode in octal. Of one that is not there `gone folder`: the deepest of its folders that is
 * there, `.` for the top.
 */
export type KeptFile = string;

/** Keeps files as they are, byte for byte, in git's store of objects. */
export async function keepFiles(
  repository: Repository,
  paths: readonly string[],
): Promise<Readonly<Record<string, KeptFile>>> {
  const worktree = worktreeOf(repository);
  const modes = await Promise.all(paths.map((path) => modeOf(join(worktree, path))));
  const plain = paths.filter((path, index) => modes[index]?.startsWith("100") === true && !/[\n\r"]/.test(path));
  const ids = new Map<string, string>();
  if (plain.length > 0) {
    const args = ["hash-object", "-w", "--no-filters", "--stdin-paths"];
    const hashed = await repository.git.run(args, { stdin: `${plain.join("\n")}\n` });
    for (const [index, id] of hashed.trim().split("\n").entries()) ids.set(plain[index] ?? "", id);
  }
  const kept: [string, KeptFile][] = [];
  for (const [index, path] of paths.entries()) {
    const mode = modes[index];
    if (mode === undefined) kept.push([path, `gone ${await deepestFolder(worktree, path)}`]);
    else
      kept.push([
        path,
        `${mode} ${ids.get(path) ?? (await keepBytes(repository, await bytesOf(worktree, path, mode)))}`,
      ]);
  }
  return Object.fromEntries(kept.sort(([a], [b]) => (a < b ? -1 : 1)));
}

async function deepestFolder(worktree: string, path: string): Promise<string> {
  let folder = dirname(path);
  while (folder !== "." && (await kindOf(join(worktree, folder))) !== "folder") folder = dirname(folder);
  return folder;
}

/** The object of a kept file, and where a file that is gone leaves a folder. */
export function partsOfKept(kept: KeptFile): { readonly id?: string; readonly folder?: string } {
  const at = kept.indexOf(" ");
  const rest = kept.slice(at + 1);
  return kept.startsWith("gone ") ? { folder: rest } : { id: rest };
}

async function modeOf(path: string): Promise<string | undefined> {
  try {
    const { mode, isFile, isLink } = await statOf(path);
    if (isLink) return "120000";
    return isFile ? `100${(mode & 0o777).toString(8).padStart(3, "0")}` : undefined;
  } catch (error) {
    if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return undefined;
    throw error;
  }
}

async function statOf(path: string): Promise<{ mode: number; isFile: boolean; isLink: boolean }> {
  const found = await lstat(path);
  return { mode: found.mode, isFile: found.isFile(), isLink: found.isSymbolicLink() };
}

async function bytesOf(worktree: string, path: string, mode: string): Promise<Buffer> {
  const file = join(worktree, path);
  return mode === "120000" ? readlink(file, { encoding: "buffer" }) : readFile(file);
}

export async function keepBytes({ git }: Repository, bytes: Uint8Array): Promise<string> {
  return (await git.run(["hash-object", "-w", "--stdin"], { stdin: bytes })).trim();
}

export async function keptBytes({ git }: Repository, id: string): Promise<Buffer> {
  const { code, stdout, stderr } = await git.attempt(["cat-file", "blob", id]);
  if (code === 0) return stdout;
  throw new ToolError(`what was kept is gone: ${stderr.trim()}`, { class: "not_found" });
}

/** Writes a kept file to `folder`, ready to be put in its place. */
export async function takeOut({ git }: Repository, folder: string, path: string, kept: string): Promise<string> {
  const [mode = "", id = ""] = kept.split(" ");
  const target = join(folder, path);
  await mkdir(dirname(target), { recursive: true });
  if (mode === "120000") {
    const { stdout } = await git.attempt(["cat-file", "blob", id]);
    await symlink(stdout, target);
    return target;
  }
  const file = await open(target, "wx");
  try {
    // Piece by piece: it may be larger than the memory.
    const child = git.start(["cat-file", "blob", id]);
    const ended = new Promise<number | null>((resolve, reject) => child.on("close", resolve).on("error", reject));
    child.stdin.end();
    child.stderr.resume();
    for await (const chunk of child.stdout) await file.writeFile(chunk as Buffer);
    if ((await ended) !== 0) throw new ToolError(`what was kept of \`${path}\` is gone`, { class: "not_found" });
  } finally {
    await file.close();
  }
  await chmod(target, Number.parseInt(mode.slice(3), 8));
  return target;
}

/** Writes files as an index has them, through git's own filters, to `folder`. */
export async function exportFiles(
  { git, gitDir }: Repository,
  paths: readonly string[],
  { index, folder }: { readonly index: string; readonly folder: string },
): Promise<void> {
  if (paths.length === 0) return;
  const args = [`--git-dir=${gitDir}`, `--work-tree=${folder}`, "checkout-index", "-f", "-z", "--stdin"];
  await git.run(args, { ...onIndex(index), stdin: paths.map((path) => `${path}\0`).join("") });
}
