import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ERROR_CODES, ReasonCode } from "@car/ir";
import { errorObjections } from "./lib/error-objections.js";
import { exampleObjections } from "./lib/example-objections.js";
import { listFiles, REPOSITORY } from "./lib/files.js";
import { fencesOf, linksOf, shellBlocksOf } from "./lib/markdown.js";
import { MADE_PAGES, madePage } from "./lib/reference-page.js";
import { isScript, lineAt, type Problem, reportProblems } from "./lib/report.js";

/** What the root README's first two shell blocks must say: run the example, run all tests. */
const COMMANDS = ["npm run example", "npm test"];

/** Objects to a README whose first two shell blocks are not the two commands and nothing else. */
export function checkCommands(root: string): readonly Problem[] {
  const blocks = shellBlocksOf(read(root, "README.md"));
  return COMMANDS.flatMap((command, index) =>
    blocks[index] === command
      ? []
      : [{ file: "README.md", message: `shell block ${index + 1} must be exactly \`${command}\`` }],
  );
}

/** Objects to links in Markdown files that lead to no file of the repository. */
export function checkLinks(root: string): readonly Problem[] {
  return listFiles(root, "", [".md"]).flatMap((file) =>
    linksOf(read(root, file))
      .filter(({ target }) => !/^([a-z]+:|#)/.test(target))
      .filter(({ target }) => !existsSync(join(root, file, "..", target.split("#")[0] ?? "")))
      .map(({ target, line }) => ({ file, line, message: `\`${target}\` does not exist` })),
  );
}

/** Paths that exist only where the project was first built. */
const FOREIGN = /\/work\/|\bshared\/(spec|style|stack|corpora|performance)|(?<!--)\bcorpora\//g;
const TEXTS = [".md", ".ts", ".js", ".json", ".yaml", ".toml", "run"];

/** Objects to texts that point outside of the repository: the project stands alone. */
export function checkSelfContained(root: string): readonly Problem[] {
  return listFiles(root, "", TEXTS)
    .filter((file) => !file.startsWith("tools/check-docs"))
    .flatMap((file) => {
      const text = read(root, file);
      return [...text.matchAll(FOREIGN)].map(({ 0: found, index }) => {
        return { file, line: lineAt(text, index), message: `\`${found}\` is outside of the repository` };
      });
    });
}

/** Objects to examples for users that import what is only for packages of this repository. */
export function checkInternal(root: string): readonly Problem[] {
  return listFiles(root, "", [".md"])
    .filter((file) => !file.endsWith(".api.md"))
    .flatMap((file) =>
      fencesOf(read(root, file))
        .filter(({ code }) => /"@car\/[a-z-]+\/internal"/.test(code))
        .map(({ line }) => ({
          file,
          line,
          message: "an example imports an `/internal` entry, which makes no promise",
        })),
    );
}

/** Type-checks the TypeScript blocks of the root README, of the guides and of the reference against the sources. */
export function checkExamples(root: string): readonly Problem[] {
  const pages = ["docs/guides", "docs/reference"].flatMap((folder) => listFiles(root, folder, [".md"]));
  return exampleObjections(root, ["README.md", ...pages]);
}

/** Objects to a page of codes that lacks one, or has one that does not exist. */
export function checkErrors(root: string): readonly Problem[] {
  return errorObjections(root, [
    { heading: "Thrown errors", codes: ERROR_CODES },
    { heading: "Reasons", codes: ReasonCode.options },
  ]);
}

/** Objects to a page of the reference that is not what the sources say. */
export async function checkMade(root: string): Promise<readonly Problem[]> {
  const message = "is not what the sources say; run `npm run docs:reference`";
  const problems: Problem[] = [];
  for (const page of MADE_PAGES) {
    if (read(root, page.file) !== (await madePage(root, page))) problems.push({ file: page.file, message });
  }
  return problems;
}

function read(root: string, file: string): string {
  return readFileSync(join(root, file), "utf8");
}

if (isScript(import.meta.url)) {
  const checks = [checkCommands, checkLinks, checkSelfContained, checkInternal, checkExamples, checkErrors];
  const problems = checks.flatMap((check) => check(REPOSITORY));
  reportProblems("docs", [...problems, ...(await checkMade(REPOSITORY))]);
}
