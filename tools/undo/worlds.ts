import { fsWorld } from "./world-fs.js";
import { gitWorld } from "./world-git.js";
import { sqlWorld } from "./world-sql.js";
import type { World } from "./world.js";

/** Every world that the harness knows; a kit adds a line. */
export const WORLDS: readonly World[] = [fsWorld, gitWorld, sqlWorld("sql"), sqlWorld("sql-with-triggers")];

/** @throws when there is none of that name. */
export function worldNamed(name: string): World {
  const world = WORLDS.find((one) => one.name === name);
  if (world === undefined) throw new Error(`no world is called ${name}: ${WORLDS.map((one) => one.name).join(", ")}`);
  return world;
}
