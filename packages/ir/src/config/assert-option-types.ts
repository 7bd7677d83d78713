import { ConfigInvalidError } from "../errors/plain-errors.js";
import { kindOf } from "./kind-of.js";

/** What a value has to be: a type, a list, or an object with members of these types. */
export type OptionType =
  | "function"
  | "string"
  | "number"
  | "object"
  | "list"
  | Readonly<Record<string, "function" | "object" | "string" | "number">>;

/**
 * Refuses an option that is something else than it has to be: it would not do what it is there for. `undefined` is as good as
 * leaving it out.
 * @throws `ConfigInvalidError` (`CAR_CONFIG_INVALID`) naming the first such option, and what it has to be.
 */
export function assertOptionTypes<T extends object>(
  options: T,
  types: { readonly [Name in keyof T]?: OptionType | undefined },
): void {
  for (const name of Object.keys(types) as (string & keyof T)[]) {
    const value: unknown = options[name];
    const type = types[name];
    if (value !== undefined && type !== undefined) assertType(name, value, type);
  }
}

function assertType(name: string, value: unknown, type: OptionType): void {
  if (typeof type === "string") {
    if (isOf(value, type)) return;
    throw new ConfigInvalidError(`\`${name}\` is ${ARTICLES[type]}, not ${kindOf(value)}`);
  }
  const members = Object.entries(type);
  // A class may have its members from anywhere, and a function may carry some.
  const holder =
    typeof value === "function" || isOf(value, "object") ? (value as Readonly<Record<string, unknown>>) : {};
  const missing = members.find(([member, kind]) => !isOf(holder[member], kind));
  if (missing === undefined) return;
  const names = members.map(([member]) => `\`${member}\``).join(", ");
  throw new ConfigInvalidError(`\`${name}\` is an object with ${names}: \`${missing[0]}\` is ${ARTICLES[missing[1]]}`);
}

const ARTICLES = {
  function: "a function",
  string: "a text",
  number: "a number",
  object: "an object",
  list: "a list",
} as const;

function isOf(value: unknown, type: keyof typeof ARTICLES): boolean {
  if (type === "list") return Array.isArray(value);
  if (type === "object") return typeof value === "object" && value !== null && !Array.isArray(value);
  return typeof value === type;
}
