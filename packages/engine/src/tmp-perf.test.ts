import { anyModelCase, runModel } from "@car/conformance";
import fc from "fast-check";
import { it } from "vitest";
import { Session } from "node:inspector";
it("perf", async () => {
  const cases = fc.sample(anyModelCase, { seed: 5, numRuns: 1500 });
  const s = new Session(); s.connect();
  await new Promise<void>((r) => s.post("Profiler.enable", () => s.post("Profiler.start", () => r())));
  for (const c of cases) { try { runModel(c.steps[0]!.proposal, c.world); } catch {} }
  await new Promise<void>((r) => s.post("Profiler.stop", (_e, { profile }) => {
    const self = new Map<string, number>(); const dt = profile.timeDeltas!; const byId = new Map(profile.nodes.map((n) => [n.id, n]));
    profile.samples!.forEach((id, i) => { const n = byId.get(id)!; const k = n.callFrame.functionName + " " + n.callFrame.url.split("/").slice(-2).join("/") + ":" + n.callFrame.lineNumber; self.set(k, (self.get(k) ?? 0) + dt[i]!); });
    console.log([...self].sort((a, b) => b[1] - a[1]).slice(0, 22).map(([k, v]) => (v / 1000).toFixed(0) + "ms " + k).join("\n")); r();
  }));
}, 300000);
