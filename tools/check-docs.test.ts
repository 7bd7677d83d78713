import { describe, expect, it } from "vitest";
import { checkCommands, checkExamples, checkInternal, checkLinks, checkSelfContained } from "./check-docs.js";
import { errorObjections } from "./lib/error-objections.js";
import { withFiles } from "./lib/fixture.js";
import { formatProblem, type Problem } from "./lib/report.js";

const sh = (...commands: readonly string[]): string => commands.map((line) => `\`\`\`sh\n${line}\n\`\`\`\n`).join("");
const ts = (...lines: readonly string[]): string => `\`\`\`ts\n${lines.join("\n")}\n\`\`\`\n`;

/** What `check` says of a repository with these files. */
async function objections(
  check: (root: string) => readonly Problem[],
  files: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  return (await withFiles(files, check)).map(formatProblem);
}

describe("checkCommands", () => {
  it("finds nothing wrong with the two commands, whatever comes after them", async () => {
    expect(await objections(checkCommands, { "README.md": sh("npm run example", "npm test", "ls") })).toEqual([]);
  });

  it("objects to another command and to a missing one", async () => {
    expect(await objections(checkCommands, { "README.md": sh("npm install\nnpm run example") })).toEqual([
      "README.md: shell block 1 must be exactly `npm run example`",
      "README.md: shell block 2 must be exactly `npm test`",
    ]);
  });
});

describe("checkLinks", () => {
  it("objects to a link to a file that does not exist, and to no other", async () => {
    const text = "[a](../README.md#top) [b](https://example.org) [c](#here)\n[d](gone.md)";
    expect(await objections(checkLinks, { "docs/a.md": text, "README.md": "" })).toEqual([
      "docs/a.md:2: `gone.md` does not exist",
    ]);
  });
});

describe("checkSelfContained", () => {
  it("objects to paths outside of the repository; the option `--corpora` is fine", async () => {
    const files = { "a.md": "see --corpora DIR\nand shared/style.md", "b.ts": 'read("/work/x")' };
    expect(await objections(checkSelfContained, files)).toEqual([
      "a.md:2: `shared/style` is outside of the repository",
      "b.ts:1: `/work/` is outside of the repository",
    ]);
  });
});

describe("checkInternal", () => {
  it("objects to an example that imports what makes no promise; a report may", async () => {
    const text = ts('import { a } from "@car/ir/internal";');
    expect(await objections(checkInternal, { "README.md": text, "packages/a/api/index.api.md": text })).toEqual([
      "README.md:2: an example imports an `/internal` entry, which makes no promise",
    ]);
  });
});

describe("checkExamples", () => {
  it("objects to a block that does not compile, at its line in the Markdown text", async () => {
    const files = {
      "tsconfig.json": JSON.stringify({ compilerOptions: { strict: true, lib: ["ES2023"], types: [] } }),
      "README.md": ts("const a: number = 1;"),
      "docs/guides/one.md": `# One\n${ts("const a = 1;", "const b: string = a;")}`,
    };
    expect(await objections(checkExamples, files)).toEqual([
      "docs/guides/one.md:4: Type 'number' is not assignable to type 'string'.",
    ]);
  });
});

describe("errorObjections", () => {
  const tables = [
    { heading: "Thrown errors", codes: ["CAR_A", "CAR_B"] },
    { heading: "Reasons", codes: ["late"] },
  ];
  const page = (thrown: readonly string[], reasons: readonly string[]): Readonly<Record<string, string>> => ({
    "docs/reference/errors.md": ["## Thrown errors", ...thrown, "## Reasons", ...reasons].join("\n"),
  });
  const check = (root: string): readonly Problem[] => errorObjections(root, tables);

  it("finds nothing wrong with a page that explains every code", async () => {
    const thrown = ["| code | when | do |", "| --- | --- | --- |", "| `CAR_B` | b | b |", "| `CAR_A`  | `late` | a |"];
    expect(await objections(check, page(thrown, ["| `late` | too late | hurry |"]))).toEqual([]);
  });

  it("objects to codes that are missing, unknown, explained twice or not at all", async () => {
    const thrown = ["| `CAR_A` | a | a |", "| `CAR_A` | a | a |", "| `CAR_C` | c | c |"];
    expect(await objections(check, page(thrown, ["| `late` | too late | |"]))).toEqual([
      "docs/reference/errors.md:3: `CAR_A` is explained twice",
      "docs/reference/errors.md:4: `CAR_C` does not exist",
      "docs/reference/errors.md: `CAR_B` is missing",
      "docs/reference/errors.md:6: `late` has an empty cell",
    ]);
  });
});
