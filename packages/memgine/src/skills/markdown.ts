import { MemoryInvalidError } from "@car/ir";
import { assertKnownOptions } from "@car/ir/internal";
import type { Skill, SkillStep } from "./skill.js";

const STATES: readonly Skill["state"][] = ["provisional", "active", "degraded", "deprecated"];
const FRONT_MATTER = /^---\r?\n([\s\S]*?)\r?\n---\r?\n?([\s\S]*)$/;
const STEP = /^\d+\. `([^`]+)`(?: (\{.*\}))?$/;

/** A skill as Markdown with front matter: for people to read, to edit, and to keep in a repository. */
export function skillMarkdown(skill: Skill): string {
  const fields: readonly (readonly [string, unknown])[] = [
    ["id", skill.id],
    ["name", skill.name],
    ["domain", skill.domain],
    ["state", skill.state],
    ["version", skill.version],
    ["successes", skill.successes],
    ["failures", skill.failures],
    ["origin", skill.origin],
    ["preconditions", skill.preconditions],
    ...(skill.parent === undefined ? [] : [["parent", skill.parent] as const]),
  ];
  const front = fields.map(([name, value]) => `${name}: ${JSON.stringify(value)}`).join("\n");
  const steps = skill.steps.map(({ tool, parameters }, at) => {
    const text = Object.keys(parameters).length === 0 ? "" : ` ${JSON.stringify(parameters)}`;
    return `${at + 1}. \`${tool}\`${text}`;
  });
  return `---\n${front}\n---\n\n${skill.description}\n\n## Steps\n\n${steps.join("\n")}\n`;
}

/**
 * Reads a skill back. What comes from outside is on trial: its state is `provisional` and its outcomes count for nothing.
 * @throws `CAR_MEMORY_INVALID` with the first thing that is wrong.
 */
export function parseSkillMarkdown(text: string, options: { readonly trusted?: boolean } = {}): Skill {
  assertKnownOptions(options, ["trusted"], "importMarkdown");
  const match = FRONT_MATTER.exec(text);
  if (match === null) throw new MemoryInvalidError("a skill begins with front matter between `---` lines");
  const fields = new Map(
    (match[1] ?? "")
      .split(/\r?\n/)
      .filter((line) => line.trim() !== "")
      .map(fieldOf),
  );
  const [description = "", steps = ""] = (match[2] ?? "").split(/^## Steps$/m);
  const state = STATES.find((one) => one === fields.get("state")) ?? "provisional";
  const parent = fields.get("parent");
  const trusted = options.trusted === true;
  return {
    id: textField(fields, "id"),
    name: textField(fields, "name"),
    description: description.trim(),
    domain: textField(fields, "domain"),
    steps: stepsOf(steps),
    preconditions: listField(fields, "preconditions"),
    state: trusted ? state : "provisional",
    successes: trusted ? countField(fields, "successes") : 0,
    failures: trusted ? countField(fields, "failures") : 0,
    version: Math.max(1, countField(fields, "version")),
    origin: "ingested",
    ...(typeof parent === "string" ? { parent } : {}),
    recent_failures: [],
  };
}

function fieldOf(line: string): readonly [string, unknown] {
  const at = line.indexOf(":");
  if (at < 1) throw new MemoryInvalidError(`front matter: \`${line}\` is no \`name: value\``);
  const value = line.slice(at + 1).trim();
  try {
    return [line.slice(0, at).trim(), JSON.parse(value)];
  } catch {
    // Written by hand, without quotes.
    return [line.slice(0, at).trim(), value];
  }
}

function textField(fields: ReadonlyMap<string, unknown>, name: string): string {
  const value = fields.get(name);
  if (typeof value !== "string" || value === "") throw new MemoryInvalidError(`front matter: \`${name}\` is missing`);
  return value;
}

function countField(fields: ReadonlyMap<string, unknown>, name: string): number {
  const value = fields.get(name) ?? 0;
  if (typeof value !== "number" || !Number.isInteger(value) || value < 0) {
    throw new MemoryInvalidError(`front matter: \`${name}\` must be a whole number`);
  }
  return value;
}

function listField(fields: ReadonlyMap<string, unknown>, name: string): readonly string[] {
  const value = fields.get(name) ?? [];
  if (!Array.isArray(value) || !value.every((item) => typeof item === "string")) {
    throw new MemoryInvalidError(`front matter: \`${name}\` must be a list of texts`);
  }
  return value;
}

function stepsOf(text: string): readonly SkillStep[] {
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
  if (lines.length === 0) throw new MemoryInvalidError("a skill has steps below `## Steps`");
  return lines.map((line) => {
    const match = STEP.exec(line);
    if (match === null) throw new MemoryInvalidError(`\`${line}\` is no step: write 1. \`tool\` {"parameter": 1}`);
    try {
      return { tool: match[1] ?? "", parameters: JSON.parse(match[2] ?? "{}") as SkillStep["parameters"] };
    } catch (cause) {
      throw new MemoryInvalidError(`\`${line}\`: the parameters are no JSON`, { cause });
    }
  });
}
