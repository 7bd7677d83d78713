import { type JsonObject, ToolError } from "@car/ir";
import type { ProbeAnswer } from "@car/ir/ports";
import { type Call, objectSchema, textOf, textsOf, type ToolParts } from "../kit.js";
import { readRefs } from "../refs.js";
import type { Repository } from "../repository.js";

/** Stays irreversible: what others have fetched cannot be taken back. */
export const GIT_PUSH: ToolParts = {
  schema: {
    name: "git_push",
    description:
      "Pushes branches and tags to a remote that is configured, all of them or none. Never forced. Cannot be undone.",
    parameters: objectSchema(
      {
        remote: { type: "string", minLength: 1 },
        refs: {
          type: "array",
          items: { type: "string", minLength: 1 },
          minItems: 1,
          description: "Names of branches or tags here; they have the same names there.",
        },
      },
      ["remote", "refs"],
    ),
    idempotent: true,
    reversibility: "irreversible",
    sink: true,
  },
  run: push,
  probe: probePush,
};

async function push(parameters: JsonObject, { repository, signal }: Call): Promise<JsonObject> {
  const { git } = repository;
  const remote = await remoteOf(parameters, repository);
  const refs = await localRefs(parameters, repository);
  const names = Object.keys(refs);
  const specs = names.map((ref) => `${ref}:${ref}`);
  const args = ["push", "--atomic", "--porcelain", "--end-of-options", remote, ...specs];
  const { code, stdout, stderr } = await git.attempt(args, { signal });
  if (code === 0) return { remote, pushed: refs };
  const refused = stdout
    .toString("utf8")
    .split("\n")
    .filter((line) => line.startsWith("!"));
  const text = `git push: ${[...refused, stderr.trim()].join("; ")}`;
  // With --atomic one refusal is all there is; without one nobody knows how far it came.
  throw new ToolError(text, { class: refused.length > 0 ? "denied" : "terminal" });
}

/** A name from the configuration: an address could be a program. */
async function remoteOf(parameters: JsonObject, { git }: Repository): Promise<string> {
  const remote = textOf(parameters, "remote") ?? "";
  const known = (await git.run(["remote"])).split("\n").filter((name) => name !== "");
  if (known.includes(remote)) return remote;
  const text = `there is no remote \`${remote}\`; there are ${known.join(", ") || "none"}`;
  throw new ToolError(text, { class: "not_found" });
}

async function localRefs(parameters: JsonObject, repository: Repository): Promise<Readonly<Record<string, string>>> {
  const refs: Record<string, string> = {};
  for (const name of textsOf(parameters, "refs") ?? []) {
    const places = name.startsWith("refs/") ? [name] : [`refs/heads/${name}`, `refs/tags/${name}`];
    const [found] = Object.entries(await readRefs(repository, places)).filter(([, value]) => value !== null);
    if (found?.[1] == null) throw new ToolError(`there is no branch or tag \`${name}\``, { class: "not_found" });
    refs[found[0]] = found[1];
  }
  return refs;
}

/** What is there is as here: it happened. Anything else may still be on its way. */
async function probePush(parameters: JsonObject, { repository, signal }: Call): Promise<ProbeAnswer> {
  const remote = await remoteOf(parameters, repository);
  const refs = await localRefs(parameters, repository);
  const names = Object.keys(refs);
  const text = await repository.git.run(["ls-remote", "--end-of-options", remote, ...names], { signal });
  const there = new Map(text.split("\n").map((line) => line.split("\t").reverse() as [string, string]));
  const same = names.every((name) => there.get(name) === refs[name]);
  return same ? { happened: true, output: { remote, pushed: refs } } : undefined;
}
