import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { measureCascade } from "./cascade.js";
import { measureEvidence } from "./evidence.js";
import { localEmbedder } from "./local-embedder.js";
import { measurePeers } from "./peers.js";
import { measureDense, measureScale } from "./scale.js";
import { measureHaystack, measurePart } from "./statebench.js";

/**
 * Evaluates `@car/memgine`. `pnpm bench:memory --corpora DIR [--json FILE] [--part dev] [--million] [--quick]
 * [--conversations FILE]`; the folder may also be
 * named by `CAR_CORPORA`. It holds `statebench/{score.mjs,data,haystack_dev.plan.jsonl}`. Exits with 2 when it is absent.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      corpora: { type: "string" },
      json: { type: "string" },
      part: { type: "string", default: "dev" },
      million: { type: "boolean", default: false },
      conversations: { type: "string" },
      quick: { type: "boolean", default: false },
    },
  });
  const corpora = values.corpora ?? process.env["CAR_CORPORA"];
  if (corpora === undefined || !existsSync(join(corpora, "statebench", "score.mjs"))) {
    console.error("bench:memory needs --corpora DIR with statebench/score.mjs and its data; nothing was measured");
    process.exitCode = 2;
    return;
  }
  const { part } = values;
  const embedder = await localEmbedder();
  const figures: Record<string, unknown> = {
    [`statebench_${part}`]: await measurePart(corpora, part),
    haystack_dev: await measureHaystack(corpora, "dev"),
    haystack_dev_query_only: await measureHaystack(corpora, "dev", { anonymous: true }),
    cascade: measureCascade(),
  };
  if (embedder !== undefined) {
    figures["haystack_dev_with_embedding"] = await measureHaystack(corpora, "dev", { embedder });
    figures["haystack_dev_query_only_with_embedding"] = await measureHaystack(corpora, "dev", {
      embedder,
      anonymous: true,
    });
  }
  if (values.conversations !== undefined) {
    figures["evidence"] = await measureEvidence(values.conversations, undefined);
    if (embedder !== undefined)
      figures["evidence_with_embedding"] = await measureEvidence(values.conversations, embedder);
  }
  if (!values.quick) {
    figures["scale"] = [10_000, 100_000, ...(values.million ? [1_000_000] : [])].map(measureScale);
    figures["dense"] = measureDense(100_000, 512);
    figures["peers"] = await measurePeers(20_000);
  }
  console.log(JSON.stringify(figures, null, 2));
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(figures, null, 2)}\n`);
}

await main();
