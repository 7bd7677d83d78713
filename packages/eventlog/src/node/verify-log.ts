import { LogCorruptError } from "@car/ir";
import type { LogHead } from "@car/ir/ports";
import type { ChainReport } from "../chain/chain-report.js";
import { verifyChain, type VerifyChainOptions } from "../chain/verify-chain.js";
import { nodeSha256 } from "./node-sha256.js";
import { droppedHead, readLog } from "./segments/read-segments.js";

/**
 * Verifies a log on the disk, a folder of segments or one JSONL file, from its first event, or from the head that is kept
 * of what was dropped. Damage is in the report.
 * @throws the error of `node:fs` when nothing can be read.
 */
export function verifyLog(path: string, options: VerifyChainOptions = {}): Promise<ChainReport> {
  const after = startOf(path);
  return verifyChain(readLog(path), { sha256: nodeSha256, ...(after !== undefined && { after }), ...options });
}

function startOf(path: string): LogHead | undefined {
  try {
    return droppedHead(path);
  } catch (error) {
    // Reading meets the same damage, and it is reported there.
    if (error instanceof LogCorruptError) return undefined;
    throw error;
  }
}
