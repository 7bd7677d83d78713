import { canonicalJson } from "../json/canonical-json.js";
import type { JsonObject, JsonValue } from "../json/json-value.js";
import { setOwn } from "../json/set-own.js";
import { parsePathText } from "./reference-text.js";
import { resolvePath } from "./resolve-path.js";
import type { Resolution } from "./template.js";

/** What `$output` and `$parameters` stand for: the action's own. */
export interface OutputScope {
  readonly output: JsonValue;
  readonly parameters: JsonObject;
}

const PATH = String.raw`((?:\.[^\s.[\]{}]+|\[\d+\])*)`;
const WHOLE = new RegExp(`^\\$(output|parameters)${PATH}$`);
const EMBEDDED = new RegExp(`\\$\\{(output|parameters)${PATH}\\}`, "g");

class Missing {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/**
 * Fills in `"$output.path"` and `"$parameters.path"` (whole strings, or `${output.path}` inside longer ones), as host
 * declarations of effects and compensations write them. One pass; new objects are frozen.
 */
export function resolveOutputTemplate(value: JsonValue, scope: OutputScope): Resolution {
  try {
    return { ok: true, value: fill(value, scope) };
  } catch (error) {
    if (!(error instanceof Missing)) throw error;
    return { ok: false, reference: error.text, message: `\`${error.text}\` leads to nothing` };
  }
}

function fill(value: JsonValue, scope: OutputScope): JsonValue {
  if (typeof value === "string") return value.includes("$") ? fillString(value, scope) : value;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return Object.freeze((value as readonly JsonValue[]).map((item) => fill(item, scope)));
  const filled: Record<string, JsonValue> = {};
  for (const [key, item] of Object.entries(value as JsonObject)) setOwn(filled, key, fill(item, scope));
  return Object.freeze(filled);
}

function fillString(text: string, scope: OutputScope): JsonValue {
  const whole = WHOLE.exec(text);
  if (whole !== null) return lookUp(whole[1] as keyof OutputScope, { path: whole[2]!, scope });
  return text.replaceAll(EMBEDDED, (_, root: keyof OutputScope, path: string) => {
    const value = lookUp(root, { path, scope });
    return typeof value === "string" ? value : canonicalJson(value);
  });
}

function lookUp(root: keyof OutputScope, { path, scope }: { readonly path: string; readonly scope: OutputScope }): JsonValue {
  const value = resolvePath(scope[root], parsePathText(path));
  if (value === undefined) throw new Missing(`$${root}${path}`);
  return value;
}
