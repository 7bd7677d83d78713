import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

/** The sample project. The built program and the sources lie equally deep, so one relative path serves both. */
export const PROJECT = shipped("../project");
/** The policy file. */
export const POLICY_FILE = shipped("../policy.yaml");

/** The official filesystem server's program, as installed. */
export function filesystemServer(): string {
  const require = createRequire(import.meta.url);
  return require.resolve("@modelcontextprotocol/server-filesystem/dist/index.js");
}

function shipped(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}
