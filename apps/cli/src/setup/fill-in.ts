import { UsageError } from "../usage-error.js";

const VARIABLE = /\$\{env\.([^}]*)\}/g;

/** Texts with the variables of this process in the place of `${env.NAME}`. @throws `UsageError` naming `where` and the variable. */
export function filledIn(texts: Readonly<Record<string, string>>, where: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(texts).map(([key, text]) => [
      key,
      text.replaceAll(VARIABLE, (_, name: string) => {
        const value = process.env[name];
        if (value === undefined) throw new UsageError(`${where}.${key}: there is no variable \`${name}\``);
        return value;
      }),
    ]),
  );
}

/** Refuses variables where they would be taken for text. */
export function assertNoVariables(value: unknown, where: string): void {
  if (typeof value === "string" && value.search(VARIABLE) >= 0) {
    throw new UsageError(`${where}: variables stand only in \`env\` and \`headers\` of a server`);
  }
  if (typeof value !== "object" || value === null) return;
  for (const [key, inner] of Object.entries(value)) assertNoVariables(inner, `${where}.${key}`);
}
