import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { compilerOptionsOf } from "./compiler-options.js";
import { fencesOf } from "./markdown.js";
import type { Problem } from "./report.js";

interface Example {
  readonly file: string;
  readonly line: number;
  readonly code: string;
}

/**
 * Type errors in the `ts` blocks of the Markdown `files`, each block as a module of its own that lies in `tools/`:
 * it can import every package of the workspace and what `tools/package.json` declares.
 */
export function exampleObjections(root: string, files: readonly string[]): readonly Problem[] {
  const examples = new Map<string, Example>();
  for (const file of files) {
    for (const { language, code, line } of fencesOf(readFileSync(join(root, file), "utf8"))) {
      // An import or export makes the block a module, so that two blocks may use one name.
      if (language === "ts") examples.set(join(root, `tools/example-${examples.size}.ts`), { file, line, code });
    }
  }
  const program = programOf(root, examples);
  return [...examples].flatMap(([path, example]) => {
    const source = program.getSourceFile(path);
    return ts.getPreEmitDiagnostics(program, source).map((diagnostic) => toProblem(example, diagnostic));
  });
}

/** A program whose example files exist only in memory. */
function programOf(root: string, examples: ReadonlyMap<string, Example>): ts.Program {
  const options = compilerOptionsOf(root);
  const host = ts.createCompilerHost(options);
  host.fileExists = (path) => examples.has(path) || ts.sys.fileExists(path);
  host.readFile = (path) => {
    const example = examples.get(path);
    return example === undefined ? ts.sys.readFile(path) : `${example.code}\nexport {};\n`;
  };
  return ts.createProgram([...examples.keys()], options, host);
}

function toProblem({ file, line }: Example, { file: source, start, messageText }: ts.Diagnostic): Problem {
  const message = ts.flattenDiagnosticMessageText(messageText, " ");
  if (source === undefined || start === undefined) return { file, line, message };
  return { file, line: line + source.getLineAndCharacterOfPosition(start).line, message };
}
