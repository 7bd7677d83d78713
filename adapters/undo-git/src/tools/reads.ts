import { type JsonObject, type JsonValue, ToolError } from "@car/ir";
import { type Call, objectSchema, textOf, textsOf, type ToolParts } from "../kit.js";
import { readHead } from "../repository.js";
import { commitNamed } from "./refs.js";

const READ = { reversibility: "reversible", idempotent: true } as const;
const MAX_COMMITS = 1_000;
const MAX_DIFF_CHARACTERS = 1_000_000;

export const GIT_STATUS: ToolParts = {
  schema: {
    name: "git_status",
    description: "The branch, its commit, and the files that are staged, changed, in conflict or not tracked.",
    parameters: objectSchema({}),
    ...READ,
  },
  run: status,
};

export const GIT_LOG: ToolParts = {
  schema: {
    name: "git_log",
    description: "Commits, newest first, that lead to `ref` (default HEAD); with `paths` those that change these.",
    parameters: objectSchema({
      ref: { type: "string", minLength: 1 },
      max_count: { type: "integer", minimum: 1, maximum: MAX_COMMITS, description: "Default 20." },
      paths: { type: "array", items: { type: "string", minLength: 1 } },
    }),
    ...READ,
  },
  run: log,
};

export const GIT_DIFF: ToolParts = {
  schema: {
    name: "git_diff",
    description:
      "A patch: what is not staged; with `staged` what is; with `from` the working tree against that commit; with `from` and `to` one " +
      "commit against another.",
    parameters: objectSchema({
      staged: { type: "boolean" },
      from: { type: "string", minLength: 1 },
      to: { type: "string", minLength: 1 },
      paths: { type: "array", items: { type: "string", minLength: 1 } },
    }),
    ...READ,
  },
  run: diff,
};

async function status(_: JsonObject, { repository, signal }: Call): Promise<JsonValue> {
  const { branch, commit } = await readHead(repository);
  const args = ["status", "--porcelain=v1", "-z", "--no-renames", "--untracked-files=all"];
  const lines = (await repository.git.run(args, { signal })).split("\0").filter((line) => line !== "");
  const entries = lines.map((line) => ({ path: line.slice(3), staged: line[0] ?? "", unstaged: line[1] ?? "" }));
  return { branch: branch?.replace(/^refs\/heads\//, "") ?? null, commit, clean: entries.length === 0, entries };
}

async function log(parameters: JsonObject, { repository, signal }: Call): Promise<JsonValue> {
  const ref = textOf(parameters, "ref") ?? "HEAD";
  if (ref === "HEAD" && (await readHead(repository)).commit === null) return { commits: [] };
  const commit = await commitNamed(repository, ref);
  const format = "--format=%H%x1f%P%x1f%an%x1f%ae%x1f%aI%x1f%B";
  const count = `--max-count=${Number(parameters["max_count"] ?? 20)}`;
  const args = ["--literal-pathspecs", "log", "-z", count, "--no-show-signature", format, commit, "--"];
  const text = await repository.git.run([...args, ...(textsOf(parameters, "paths") ?? [])], { signal });
  const commits = text.split("\0").flatMap((entry) => {
    const [id = "", parents = "", author = "", email = "", date = "", message = ""] = entry.split("\x1f");
    if (id === "") return [];
    return [{ commit: id, parents: parents.split(" ").filter(Boolean), author, email, date, message: message.trim() }];
  });
  return { commits };
}

async function diff(parameters: JsonObject, { repository, signal }: Call): Promise<JsonValue> {
  const [from, to] = [textOf(parameters, "from"), textOf(parameters, "to")];
  if (from === undefined && to !== undefined) throw new ToolError("`to` needs `from`", { class: "invalid" });
  const commits: string[] = [];
  for (const name of [from, to]) if (name !== undefined) commits.push(await commitNamed(repository, name));
  // No program of the configuration is run to make it readable.
  const args = ["--literal-pathspecs", "diff", "--no-ext-diff", "--no-textconv", "--no-color"];
  const staged = parameters["staged"] === true ? ["--cached"] : [];
  const paths = textsOf(parameters, "paths") ?? [];
  const patch = await repository.git.run([...args, ...staged, ...commits, "--", ...paths], { signal });
  const truncated = patch.length > MAX_DIFF_CHARACTERS;
  return { patch: truncated ? patch.slice(0, MAX_DIFF_CHARACTERS) : patch, truncated };
}
