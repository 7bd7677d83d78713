/** One step into a payload: a member's name or an element's index. */
export type PayloadPath = readonly (string | number)[];

/** Which values to hide: names of members, in any spelling of case, `-` and `_`; or a question about each place. */
export type SensitiveKeys = readonly string[] | ((path: PayloadPath) => boolean);

/** Names that are worth hiding in most systems. */
export const COMMON_SECRET_KEYS: readonly string[] = [
  "access_token",
  "api_key",
  "authorization",
  "client_secret",
  "cookie",
  "credentials",
  "password",
  "private_key",
  "refresh_token",
  "secret",
  "secrets",
  "set_cookie",
  "token",
];

/** The question that `keys` asks about a place. */
export function sensitivityOf(keys: SensitiveKeys): (path: PayloadPath) => boolean {
  if (typeof keys === "function") return keys;
  const names = new Set(keys.map(plainName));
  return (path) => names.has(plainName(String(path.at(-1) ?? "")));
}

function plainName(name: string): string {
  return name.toLowerCase().replace(/[-_]/g, "");
}
