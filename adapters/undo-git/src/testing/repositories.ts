import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { JsonObject, JsonValue } from "@car/ir";
import type { ProbeContext, Tool, ToolContext } from "@car/ir/ports";
import { undoGit, type UndoGit } from "../undo-git.js";

const WHO = { name: "Ada", email: "ada@example.com" };

/** A real repository that no configuration of this machine reaches. */
export interface TestRepository {
  readonly folder: string;
  readonly kit: UndoGit;
  readonly git: (...args: readonly string[]) => string;
  readonly write: (path: string, text: string) => void;
  readonly read: (path: string) => string | undefined;
  /** Calls a tool by hand. */
  call(tool: string, parameters: JsonObject, key?: string): Promise<JsonValue>;
  /** Everything that an undo has to bring back. */
  snapshot(): Readonly<Record<string, string>>;
}

/** `HOME` is an empty folder for git and for the tools. */
export function emptyHome(): string {
  const home = mkdtempSync(join(tmpdir(), "car-home-"));
  process.env["HOME"] = home;
  process.env["XDG_CONFIG_HOME"] = home;
  process.env["GIT_CONFIG_NOSYSTEM"] = "1";
  return home;
}

export function repositoryIn(folder: string, ...init: readonly string[]): TestRepository {
  mkdirSync(folder, { recursive: true });
  const repository = opened(folder);
  repository.git("init", "-q", "-b", "main", ...init);
  return repository;
}

/** One that is there. */
export function opened(folder: string): TestRepository {
  const git = (...args: readonly string[]): string =>
    execFileSync("git", ["-c", "user.name=Ada", "-c", "user.email=ada@example.com", ...args], {
      cwd: folder,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  const kit = undoGit({ repository: folder, identity: WHO });
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  return {
    folder,
    kit,
    git,
    write,
    read: (path) => (existsSync(join(folder, path)) ? readFileSync(join(folder, path), "utf8") : undefined),
    call: async (tool, parameters, key) => toolNamed(kit, tool).execute?.(parameters, contextOf(key)) as JsonValue,
    snapshot: () => snapshotOf(folder, git),
  };
}

export function toolNamed({ tools }: UndoGit, name: string): Tool {
  const tool = tools.find(({ schema }) => schema.name === name);
  if (tool === undefined) throw new Error(`no tool ${name}`);
  return tool;
}

let calls = 0;

export function contextOf(key: string = (++calls).toString(16).padStart(64, "0")): ToolContext {
  return { idempotencyKey: key, signal: new AbortController().signal } as unknown as ToolContext;
}

export function probeContext(key: string, before: JsonValue): ProbeContext {
  return { ...contextOf(key), before } as unknown as ProbeContext;
}

/** HEAD, refs, stashes, what is staged, and every file with its mode and bytes. */
function snapshotOf(folder: string, git: (...args: readonly string[]) => string): Readonly<Record<string, string>> {
  const bare = git("rev-parse", "--is-bare-repository").trim() === "true";
  return {
    HEAD: readFileSync(join(folder, bare ? "HEAD" : ".git/HEAD"), "utf8"),
    refs: git("for-each-ref"),
    stash: bare ? "" : git("stash", "list", "--format=%H %gd %gs"),
    ...(bare
      ? {}
      : {
          index: git("ls-files", "--stage", "-v", "--debug")
            .replaceAll(/^ {2}(?!.*flags).*\n/gm, "")
            .replaceAll(/size: \d+/g, ""),
        }),
    ...(bare ? {} : filesIn(folder, "")),
    ...(existsSync(join(folder, ".git/car-undo"))
      ? { pending: readdirSync(join(folder, ".git/car-undo")).join() }
      : {}),
    ...(existsSync(join(folder, ".git/index.lock")) ? { lock: "index.lock" } : {}),
  };
}

function filesIn(folder: string, at: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const name of readdirSync(join(folder, at)).sort()) {
    const path = at === "" ? name : `${at}/${name}`;
    if (path === ".git") continue;
    const { mode } = lstatSync(join(folder, path));
    const kind = mode & 0o170000;
    if (kind === 0o040000) Object.assign(found, { [`${path}/`]: "" }, filesIn(folder, path));
    else if (kind === 0o120000) found[path] = `link ${readlinkSync(join(folder, path))}`;
    else found[path] = `${(mode & 0o777).toString(8)} ${readFileSync(join(folder, path), "latin1")}`;
  }
  return found;
}

/** Two commits on `main`, one on `other`, changes staged and not, an untracked file, an ignored one, a link and a program. */
export function worked(folder: string): TestRepository {
  const repository = repositoryIn(folder);
  const { write, git } = repository;
  write("a.txt", "a1\n");
  write("d/b.txt", "b1\n");
  write("run.sh", "#!/bin/sh\n");
  chmodSync(join(folder, "run.sh"), 0o755);
  write(".gitignore", "*.log\n");
  git("add", ".");
  git("commit", "-qm", "one");
  git("checkout", "-qb", "other");
  write("d/b.txt", "b-other\n");
  write("e/f/only-other.txt", "x\n");
  git("rm", "-q", "run.sh");
  git("add", ".");
  git("commit", "-qm", "other");
  git("checkout", "-q", "main");
  write("a.txt", "a2\n");
  git("commit", "-qam", "two");
  write("c.txt", "staged\n");
  git("add", "c.txt");
  write("c.txt", "staged and changed\n");
  write("new file.txt", "untracked\n");
  write("x.log", "ignored\n");
  return repository;
}

export function cleanUp(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
}
