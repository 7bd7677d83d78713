import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import {
  CompilerState,
  Extractor,
  ExtractorConfig,
  ExtractorLogLevel,
  type IConfigFile,
} from "@microsoft/api-extractor";
import { withTemporaryFolder } from "./temporary-folder.js";
import { entryPoints, INTERNAL_ENTRY, type WorkspacePackage } from "./workspace.js";

/** One entry of a built package. */
interface Entry {
  readonly folder: string;
  /** Of its report, relative to the root: `packages/a/api/index.api.md`. */
  readonly report: string;
  /** Its declarations, absolute. */
  readonly declarations: string;
}

/** What an entry exports, with its signatures. */
export interface ApiReport {
  /** Where it is committed, relative to the root. */
  readonly file: string;
  readonly text: string;
}

/** The reports of all entries but the internal ones of `packages`, made of their built declarations. They share one program. */
export async function apiReports(root: string, packages: readonly WorkspacePackage[]): Promise<readonly ApiReport[]> {
  const entries = packages.flatMap((pkg) => entriesOf(root, pkg));
  return withTemporaryFolder(async (temporary) => {
    const configs = entries.map((entry) => configOf(root, entry, temporary));
    const [first] = configs;
    if (first === undefined) return [];
    const declarations = entries.map((entry) => entry.declarations);
    const compilerState = CompilerState.create(first, { additionalEntryPoints: declarations });
    return configs.map((config, index) => {
      Extractor.invoke(config, { localBuild: true, compilerState, messageCallback: silence });
      const { report } = entries[index]!;
      return { file: report, text: readFileSync(join(temporary, report), "utf8") };
    });
  });
}

function entriesOf(root: string, pkg: WorkspacePackage): readonly Entry[] {
  const subpaths = [...entryPoints(pkg).keys()].filter((subpath) => subpath !== INTERNAL_ENTRY);
  return subpaths.map((subpath) => {
    const { types } = (pkg.manifest.exports?.[subpath] as { import: { types: string } }).import;
    const name = subpath === "." ? "index" : subpath.slice(2).replaceAll("/", "-");
    const { folder } = pkg;
    return { folder, report: `${folder}/api/${name}.api.md`, declarations: join(root, folder, types) };
  });
}

function configOf(root: string, { folder, report, declarations }: Entry, temporary: string): ExtractorConfig {
  const ignored = { default: { logLevel: ExtractorLogLevel.None } };
  const reportFolder = dirname(join(temporary, report));
  const configObject: IConfigFile = {
    projectFolder: join(root, folder),
    mainEntryPointFilePath: declarations,
    newlineKind: "lf",
    compiler: { overrideTsconfig: { compilerOptions: COMPILER_OPTIONS } },
    apiReport: {
      enabled: true,
      reportFileName: basename(report),
      reportFolder,
      reportTempFolder: join(reportFolder, "temporary"),
      // A signature speaks of them too.
      includeForgottenExports: true,
    },
    docModel: { enabled: false },
    dtsRollup: { enabled: false },
    // What the compiler and the linter have to say, they say themselves; a report is of signatures alone.
    messages: { compilerMessageReporting: ignored, extractorMessageReporting: ignored, tsdocMessageReporting: ignored },
  };
  const packageJsonFullPath = join(root, folder, "package.json");
  return ExtractorConfig.prepare({ configObject, configObjectFullPath: undefined, packageJsonFullPath });
}

const COMPILER_OPTIONS = {
  target: "es2022",
  lib: ["es2023", "dom"],
  module: "nodenext",
  strict: true,
  exactOptionalPropertyTypes: true,
  types: [],
};

function silence(message: { logLevel: ExtractorLogLevel }): void {
  message.logLevel = ExtractorLogLevel.None;
}
