import { anyModelCase, compareWithModel, manualClock, type ModelCase } from "@car/conformance";
import { memoryStateStore } from "@car/state";
import fc from "fast-check";
import { it } from "vitest";
import { writeFileSync } from "node:fs";
import { createRuntime } from "./create-runtime.js";
const SEED = Number(process.env["CAR_SEED"] ?? 20_261_122);
const CASES = Number(process.env["CAR_CASES"] ?? 10_000);
let und = 0, runs = 0;
const compare = async (one: ModelCase): Promise<readonly string[]> => {
  try {
    const steps = await compareWithModel(one, { store: memoryStateStore(), clock: manualClock(), create: createRuntime });
    runs += steps.length; und += steps.filter((s) => s.model.undecided).length;
    return steps.flatMap((s) => s.differences);
  } catch (e) { return ["THROWN " + String((e as Error).stack).slice(0, 600)]; }
};
it("aggregate", async () => {
  const groups = new Map<string, { count: number; best: string; size: number; diffs: readonly string[] }>();
  let n = 0, bad = 0; const t0 = performance.now(); const c0 = process.cpuUsage();
  for (const one of fc.sample(anyModelCase, { seed: SEED, numRuns: CASES })) {
    n++; const diffs = await compare(one); if (diffs.length === 0) continue; bad++;
    const sig = diffs.map((d) => d.replace(/`a\d`|`b\d`/g, "").replace(/: the model says (.*), the runtime (.*)$/, (m, a: string, b: string) => (/status|reason|attempts|cause$|remain|dedup|cached|rolled|compens/.test(d.split(":")[0]!) ? `: ${a} / ${b}` : ""))).filter((v, i, l) => l.indexOf(v) === i).sort().slice(0, 4).join("; ");
    const size = JSON.stringify(one).length; const g = groups.get(sig);
    if (!g) groups.set(sig, { count: 1, best: JSON.stringify(one), size, diffs });
    else { g.count++; if (size < g.size) { g.size = size; g.best = JSON.stringify(one); g.diffs = diffs; } }
  }
  const cpu = process.cpuUsage(c0);
  const out = [...groups].sort((a, b) => b[1].count - a[1].count);
  writeFileSync("/tmp/dbg/mine.json", JSON.stringify(out));
  console.log(`${n} cases, ${runs} runs, ${und} undecided, ${bad} bad, ${out.length} groups, ${performance.now() - t0} ms, cpu ${(cpu.user + cpu.system) / 1000}`);
  for (const [sig, g] of out.slice(0, 25)) console.log(`${g.count} [${g.size}] ${sig}`);
}, 900_000);
