import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import {
  ConfigInvalidError,
  type JsonObject,
  type JsonValue,
  parseJsonText,
  ToolSchema,
  type ToolSchemaInput,
} from "@car/ir";
import { assertKnownOptions, parseConfig } from "@car/ir/internal";

/** A server whose tools are described in this package. */
export type DescribedServer = "filesystem" | "memory" | "git" | "sqlite";

/** What a host may say of a server's tool, as data. */
export type DescribedTool = Omit<Partial<ToolSchemaInput>, "name" | "description" | "parameters" | "returns">;

/** What a host says of the tools of one server. */
export interface ServerDescription {
  /** The server's name, for people. */
  readonly server: string;
  /** Tools of others that the descriptions name: readers and compensations. They are registered beside the server's. */
  readonly needs: readonly string[];
  /** By the server's own names. */
  readonly tools: Readonly<Record<string, DescribedTool>>;
  /** Parameters of tools that may have one value only. */
  readonly fixed: Readonly<Record<string, JsonObject>>;
}

/** Values that a description leaves to the host. */
export type DescriptionValues = Readonly<Record<string, string>>;

/** Larger files describe no server. */
const MAX_BYTES = 1024 * 1024;
const FIELDS = ["server", "needs", "values", "tools"];
const HostPart = ToolSchema.omit({ name: true, description: true, parameters: true, returns: true }).partial();

/**
 * The description of a well-known server, from the files of this package. `filesystem` and `memory` are tested with the servers; `git` and
 * `sqlite` were written from the names of their tools.
 * @throws as `loadServerDescription` does.
 */
export async function describedServer(name: DescribedServer, values?: DescriptionValues): Promise<ServerDescription> {
  return loadServerDescription(fileURLToPath(new URL(`../servers/${name}.json`, import.meta.url)), values);
}

/**
 * Reads what a JSON file says of a server's tools: `{ server, needs, values, tools }`.
 * @param values - what stands in the place of `"$values.name"`; the file's `values` says what each is.
 * @throws `ConfigInvalidError` (`CAR_CONFIG_INVALID`, as a rejection) that names the file and the place in it.
 */
export async function loadServerDescription(file: string, values: DescriptionValues = {}): Promise<ServerDescription> {
  const document = objectAt(parsed(file, await textOf(file)), file);
  assertKnownOptions(document, FIELDS, file);
  const { server } = document;
  if (typeof server !== "string") throw new ConfigInvalidError(`${file}: server: expected the server's name`);
  const tools = objectAt(document["tools"], `${file}: tools`);
  const described = Object.entries(filledIn(tools, document, { file, values }));
  const parts = described.map(([name, tool]) => [name, toolAt(tool, `${file}: tools.${name}`)] as const);
  return {
    server,
    needs: namesAt(document["needs"] ?? [], `${file}: needs`),
    tools: Object.fromEntries(parts.map(([name, { tool }]) => [name, tool])),
    fixed: Object.fromEntries(parts.map(([name, { fixed }]) => [name, fixed])),
  };
}

async function textOf(file: string): Promise<string> {
  try {
    const bytes = await readFile(file);
    if (bytes.length > MAX_BYTES) throw new Error(`longer than ${MAX_BYTES} bytes`);
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw unusable(file, error);
  }
}

function parsed(file: string, text: string): JsonValue {
  try {
    return parseJsonText(text);
  } catch (error) {
    throw unusable(file, error);
  }
}

function unusable(file: string, cause: unknown): ConfigInvalidError {
  const said = cause instanceof Error ? cause.message : String(cause);
  return new ConfigInvalidError(`${file}: is no description of a server: ${said}`, { cause });
}

function toolAt(value: JsonValue, place: string): { readonly tool: DescribedTool; readonly fixed: JsonObject } {
  const { fixed = {}, ...tool } = objectAt(value, place);
  parseConfig(HostPart, tool, place);
  // As it is written: what is left out is left to the server, and not to the defaults.
  return { tool: tool, fixed: objectAt(fixed, `${place}.fixed`) };
}

interface Filling {
  readonly file: string;
  readonly values: DescriptionValues;
}

/** Puts the host's values where the file asks for them. Each has to be given, and no other. */
function filledIn(tools: JsonObject, document: JsonObject, { file, values }: Filling): JsonObject {
  const asked = objectAt(document["values"] ?? {}, `${file}: values`);
  assertKnownOptions(values, Object.keys(asked), `${file}: values`);
  const missing = Object.keys(asked).find((name) => !Object.hasOwn(values, name));
  if (missing !== undefined) {
    throw new ConfigInvalidError(`${file}: values.${missing} is missing: ${JSON.stringify(asked[missing])}`);
  }
  const text = JSON.stringify(tools).replaceAll(/"\$values\.(\w+)"/g, (_, name: string) => {
    if (Object.hasOwn(values, name)) return JSON.stringify(values[name]);
    throw new ConfigInvalidError(`${file}: \`$values.${name}\` is not among its \`values\``);
  });
  return JSON.parse(text) as JsonObject;
}

function objectAt(value: JsonValue | undefined, place: string): JsonObject {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as JsonObject;
  throw new ConfigInvalidError(`${place}: expected an object`);
}

function namesAt(value: JsonValue, place: string): readonly string[] {
  if (Array.isArray(value) && value.every((name) => typeof name === "string")) return value;
  throw new ConfigInvalidError(`${place}: expected a list of names`);
}
