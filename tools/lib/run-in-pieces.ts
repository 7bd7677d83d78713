import { cpSync } from "node:fs";
import { join } from "node:path";
import { createRuntime } from "@car/engine";
import { durableStore } from "@car/engine/node";
import type { ProposalResult } from "@car/ir";
import type { SchemaCompiler, Tool } from "@car/ir/ports";
import { RecordedCalls, type RecordedRun } from "./recorded-calls.js";
import { withTemporaryFolder } from "./temporary-folder.js";

/** What is run, and how often it is interrupted. */
export interface Pieces {
  readonly tools: readonly Tool[];
  readonly schemaCompiler: SchemaCompiler;
  readonly run: RecordedRun;
  /** Calls between two interruptions. */
  readonly every: number;
}

/** How a run went that was interrupted. */
export interface PiecedRun {
  readonly result: ProposalResult;
  readonly extraCalls: number;
  readonly resumes: number;
}

/**
 * Runs a plan on a durable store, and after every `every` calls goes on in a copy of its folder, as another process
 * would after the first has died. What the abandoned runtimes still do, nobody sees.
 */
export function runInPieces({ tools, schemaCompiler, run, every }: Pieces): Promise<PiecedRun> {
  return withTemporaryFolder(async (folder) => {
    const calls = new RecordedCalls(run);
    for (let piece = 0; ; piece++) {
      calls.hangAt = calls.made + every;
      const dir = join(folder, String(piece));
      const hung = new Promise<undefined>((resolve) => (calls.onHang = () => resolve(undefined)));
      const store = await durableStore({ dir, durability: "commit" });
      const runtime = createRuntime({ durable: store, tools, schemaCompiler, executor: calls.executor });
      const answered =
        piece === 0
          ? runtime.execute(run.proposal)
          : // The call in doubt never left the process, so it may be made.
            runtime.recover({ onInDoubt: () => "rerun" }).then(({ runs }) => runs[0]?.result);
      const result = await Promise.race([answered, hung]);
      if (result !== undefined) {
        await runtime.close();
        await store.close();
        return { result, extraCalls: calls.extra, resumes: piece };
      }
      // The write-ahead rule has the call on the disk; whatever is written after this moment is not in the copy.
      cpSync(dir, join(folder, String(piece + 1)), { recursive: true });
      await store.close();
    }
  });
}
