import { hash } from "node:crypto";

/** SHA-256 by the platform: several times as fast as the portable default. Give it to logs and to `verifyChain`. */
export function nodeSha256(text: string): string {
  return hash("sha256", text);
}
