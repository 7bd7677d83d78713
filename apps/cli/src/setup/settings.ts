import { UsageError } from "../usage-error.js";
import type { Config } from "./config.js";
import { assertNoVariables } from "./fill-in.js";
import { inFolder, loadConfig, type LoadedConfig } from "./load-config.js";

/** What a command line may name; it wins over the configuration. */
export interface NamedFiles {
  /** A configuration; false: none, also when there is one in the working folder. */
  readonly config?: string | false;
  readonly tools?: string;
  readonly policy?: string;
  readonly state?: string;
  readonly capabilities?: string;
  readonly budget?: string;
  readonly log?: string;
  readonly principal?: string;
}

/** A file, or what would be in it. */
export type FileOrValue = string | Readonly<Record<string, unknown>>;

/** What a command works with: paths are meant from the working folder. */
export interface Settings {
  readonly place: LoadedConfig;
  /** Modules. */
  readonly tools: readonly string[];
  readonly servers: NonNullable<Config["servers"]>;
  readonly policy: string | undefined;
  readonly state: FileOrValue | undefined;
  readonly capabilities: FileOrValue | undefined;
  readonly budget: FileOrValue | undefined;
  readonly log: string | undefined;
}

/** The configuration, and what the command line has said instead. */
export async function loadSettings(named: NamedFiles): Promise<Settings> {
  const place = await loadConfig(named.config);
  const { config } = place;
  checkServers(place);
  const own = ownOf(place, named.principal);
  const at = <T>(value: T | string | undefined): T | string | undefined =>
    typeof value === "string" ? inFolder(place, value) : value;
  const tools = typeof config.tools === "string" ? [config.tools] : (config.tools ?? []);
  return {
    place,
    tools: named.tools === undefined ? tools.map((path) => inFolder(place, path)) : [named.tools],
    servers: config.servers ?? {},
    policy: named.policy ?? at(config.policy),
    state: named.state ?? at(config.state),
    capabilities: named.capabilities ?? at(own?.capabilities ?? config.capabilities),
    budget: named.budget ?? at(own?.budget ?? config.budget),
    log: named.log ?? at(config.log),
  };
}

/** Where principals are listed, nobody else may be named. */
function ownOf({ config: { principals }, file }: LoadedConfig, principal: string | undefined): Principal | undefined {
  if (principals === undefined || principal === undefined) return principals?.["default"];
  if (Object.hasOwn(principals, principal)) return principals[principal];
  throw new UsageError(`${file}: principals: there is no \`${principal}\`, only ${Object.keys(principals).join(", ")}`);
}

type Principal = NonNullable<Config["principals"]>[string];

function checkServers({ config: { servers = {} }, file = "" }: LoadedConfig): void {
  for (const [name, { env: _env, headers: _headers, ...rest }] of Object.entries(servers)) {
    assertNoVariables(rest, `${file}: servers.${name}`);
  }
}
