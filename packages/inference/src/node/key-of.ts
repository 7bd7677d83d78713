import { ConfigInvalidError } from "@car/ir";

type Environment = Readonly<Record<string, string | undefined>>;

/** A key from a variable of the environment, which is read anew for each call. @throws `CAR_CONFIG_INVALID` when a key is needed and the variable is empty. */
export function keyOf(env: Environment, variable: string, isNeeded = true): () => string | undefined {
  if (isNeeded && !env[variable]) throw new ConfigInvalidError(`the environment has no \`${variable}\``);
  return () => env[variable];
}
