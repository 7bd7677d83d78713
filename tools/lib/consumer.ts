import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { readCatalog } from "./catalog.js";
import { type Ended, runCommand } from "./run-command.js";

/** A project of somebody who uses packages of this repository: nothing of the repository is in reach. */
export interface Consumer {
  /** Makes `names` the dependencies of the project and installs them with npm. */
  install(names: readonly string[]): Promise<string | undefined>;
  /** Loads each specifier with `import` and with `require`. */
  load(specifiers: readonly string[]): Promise<readonly string[]>;
  /** Asks each command for its help. */
  help(commands: readonly string[]): Promise<readonly string[]>;
  /** Has a command write its first project (`init`), and runs the plan in it. */
  begin(command: string): Promise<readonly string[]>;
  /** Type-checks a TypeScript text as a module of the project and runs it. */
  runExample(code: string): Promise<readonly string[]>;
}

export interface ConsumerOptions {
  /** The repository, for its pinned versions and its compiler. */
  readonly root: string;
  /** Packed packages by name. */
  readonly tarballs: ReadonlyMap<string, string>;
  /** Where the project is created. */
  readonly folder: string;
}

const INSTALL = ["npm", "install", "--no-audit", "--no-fund", "--loglevel=error", "--prefer-offline"];
const INSTALL_TIMEOUT_MS = 240_000;
const RUN_TIMEOUT_MS = 60_000;
/** The first lines of what a failed command printed say enough. */
const OUTPUT_LINES = 12;

/** Creates an empty project in `folder`. Each method gives what went wrong, as texts for people. */
export function createConsumer(options: ConsumerOptions): Consumer {
  const { root, folder } = options;
  mkdirSync(folder, { recursive: true });
  const run = (command: readonly string[]): Promise<Ended> =>
    runCommand(command, { cwd: folder, timeoutMs: RUN_TIMEOUT_MS });

  return {
    async install(names) {
      writeFileSync(join(folder, "package.json"), JSON.stringify(manifestFor(names, options)));
      const ended = await runCommand(INSTALL, { cwd: folder, timeoutMs: INSTALL_TIMEOUT_MS });
      return objection(ended, `npm install ${names.join(" ")}`);
    },
    async load(specifiers) {
      const list = JSON.stringify(specifiers);
      const script = `const { createRequire } = await import("node:module");
        for (const name of ${list}) { await import(name); createRequire(process.cwd() + "/x.js")(name); }`;
      return present(objection(await run(["node", "--input-type=module", "-e", script]), `loading ${list}`));
    },
    async help(commands) {
      const ended = await Promise.all(commands.map((name) => run([`node_modules/.bin/${name}`, "--help"])));
      return present(...ended.map((one, index) => objection(one, `${commands[index] ?? ""} --help`)));
    },
    async begin(command) {
      const bin = `node_modules/.bin/${command}`;
      const made = await run([bin, "init", "first"]);
      const ran = await run([bin, "run", "first/plan.json", "--config", "first/car.config.yaml"]);
      return present(objection(made, `${command} init`), objection(ran, `${command} run in what it wrote`));
    },
    async runExample(code) {
      writeExample(options, code);
      const typed = await run(["node", join(root, "node_modules/typescript/bin/tsc"), "-p", "."]);
      const ran = await run(["node", "example.js"]);
      return present(objection(typed, "type-checking the example"), objection(ran, "running the example"));
    },
  };
}

function manifestFor(names: readonly string[], { root, tarballs }: ConsumerOptions): object {
  const catalog = readCatalog(root);
  const packed = Object.fromEntries([...tarballs].map(([name, tarball]) => [name, `file:${tarball}`]));
  const dependencies = Object.fromEntries(names.map((name) => [name, packed[name] ?? catalog.get(name) ?? "latest"]));
  // The packages are not on the registry, so what they need of each other must come from the tarballs too.
  return { private: true, type: "module", dependencies, overrides: packed };
}

function writeExample({ root, folder }: ConsumerOptions, code: string): void {
  const compilerOptions = {
    target: "ES2022",
    lib: ["ES2023"],
    module: "NodeNext",
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    skipLibCheck: true,
    typeRoots: [join(root, "node_modules/@types")],
    types: ["node"],
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["example.ts"] }));
  writeFileSync(join(folder, "example.ts"), code);
  const javascript = ts.transpileModule(code, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true },
  });
  writeFileSync(join(folder, "example.js"), javascript.outputText);
}

function objection({ code, output }: Ended, what: string): string | undefined {
  return code === 0 ? undefined : `${what} failed:\n${output.split("\n").slice(0, OUTPUT_LINES).join("\n")}`;
}

function present(...texts: readonly (string | undefined)[]): readonly string[] {
  return texts.filter((text) => text !== undefined);
}
