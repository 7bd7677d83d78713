import { LimitReached } from "../interpret/run.js";

const MAX_DEPTH = 512;

/**
 * A text that two JSON values share exactly when they are equal. It lets `uniqueItems` look each item up once instead
 * of comparing every pair.
 * @throws `LimitReached` for a value too deep to walk.
 */
export function jsonKey(value: unknown, depth = 0): string {
  if (depth > MAX_DEPTH) throw new LimitReached("is nested too deeply to be checked");
  if (typeof value !== "object" || value === null) return scalarKey(value);
  if (Array.isArray(value)) return `[${value.map((item) => jsonKey(item, depth + 1)).join()}]`;
  const object = value as Readonly<Record<string, unknown>>;
  const names = Object.keys(object).filter((name) => object[name] !== undefined);
  return `{${names
    .sort()
    .map((name) => `${JSON.stringify(name)}:${jsonKey(object[name], depth + 1)}`)
    .join()}}`;
}

// JSON.stringify writes -0 as 0, so the two are equal here as they are everywhere in JSON Schema.
function scalarKey(value: unknown): string {
  return typeof value === "bigint" ? `${value}n` : String(JSON.stringify(value));
}
