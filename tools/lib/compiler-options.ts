import { join } from "node:path";
import ts from "typescript";

/** The compiler options of the repository, for a program whose files the caller names. */
export function compilerOptionsOf(root: string): ts.CompilerOptions {
  const { config } = ts.readConfigFile(join(root, "tsconfig.json"), (path) => ts.sys.readFile(path)) as {
    config: object;
  };
  return ts.parseJsonConfigFileContent({ ...config, files: [], include: [] }, ts.sys, root).options;
}
