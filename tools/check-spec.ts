import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { listFiles, REPOSITORY } from "./lib/files.js";
import { isScript, type Problem, reportProblems } from "./lib/report.js";
import { type Citation, citationsOf, type Rule, rulesOf, sectionsOf } from "./lib/spec-rules.js";
import { readWorkspace } from "./lib/workspace.js";

interface FoundRule extends Rule {
  readonly file: string;
  /** Folder whose tests must cite the rule; empty for the contract, which any test may cite. */
  readonly folder: string;
}

interface FoundCitation extends Citation {
  readonly file: string;
}

/** The suites prove the rules of every port's SPEC.md, wherever an implementation lives. */
const SUITES = "packages/conformance/src/";

/** Compares the rules of the root's and the packages' SPEC.md below `root` with the tests that cite them. */
export function checkSpec(root: string): readonly Problem[] {
  const folders = readWorkspace(root).map(({ folder }) => folder);
  const rules = ["", ...folders].flatMap((folder) => rulesIn(root, folder));
  const citations = ["packages", "adapters", "apps"].flatMap((group) => citationsIn(root, group));
  const known = new Set(rules.map(({ id }) => id));
  const sections = new Set(sectionsOf(specIn(root, "")));

  return [
    ...repeatedRules(rules),
    ...rules.filter((rule) => !rule.isPlanned && !isCited(rule, citations)).map(uncited),
    ...citations.filter(({ id }) => !known.has(id)).map(unknown),
    ...rules.flatMap(({ sources, file, line }) =>
      sources
        .filter((source) => !known.has(source) && !sections.has(source))
        .map((source) => ({ file, line, message: `the contract has no rule ${source}` })),
    ),
  ];
}

function rulesIn(root: string, folder: string): readonly FoundRule[] {
  return rulesOf(specIn(root, folder)).map((rule) => ({ ...rule, file: join(folder, "SPEC.md"), folder }));
}

function specIn(root: string, folder: string): string {
  const file = join(root, folder, "SPEC.md");
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

function citationsIn(root: string, group: string): readonly FoundCitation[] {
  return listFiles(root, group, [".ts"])
    .filter((file) => file.endsWith(".test.ts") || file.startsWith(SUITES))
    .flatMap((file) => citationsOf(readFileSync(join(root, file), "utf8")).map((citation) => ({ ...citation, file })));
}

function isCited({ id, folder }: FoundRule, citations: readonly FoundCitation[]): boolean {
  const isNear = (file: string): boolean => file.startsWith(`${folder}/`) || file.startsWith(SUITES);
  return citations.some((citation) => citation.id === id && (folder === "" || isNear(citation.file)));
}

function repeatedRules(rules: readonly FoundRule[]): readonly Problem[] {
  const first = new Map<string, FoundRule>();
  for (const rule of rules) if (!first.has(rule.id)) first.set(rule.id, rule);
  return rules
    .filter((rule) => first.get(rule.id) !== rule)
    .map(({ id, file, line }) => ({ file, line, message: `rule ${id} is defined twice` }));
}

function uncited({ id, file, line }: FoundRule): Problem {
  return { file, line, message: `no test name starts with [${id}]` };
}

function unknown({ id, file, line }: FoundCitation): Problem {
  return { file, line, message: `[${id}] is no rule of any SPEC.md` };
}

if (isScript(import.meta.url)) reportProblems("spec", checkSpec(REPOSITORY));
