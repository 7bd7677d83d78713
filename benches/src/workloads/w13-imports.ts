import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { median } from "../measure.js";
import type { Row, Workload } from "../row.js";

const PACKAGES = ["ir", "state", "policy", "eventlog", "validator", "memgine", "inference", "engine", "agent"];
const GOALS: Readonly<Record<string, number>> = { engine: 200 };

/** What loading a package costs a process, beside one that loads nothing. `npm run check:bundles` tells their sizes. */
export const imports: Workload = {
  id: "W13",
  about: "importing a built package",
  run(rounds): Promise<readonly Row[]> {
    const nothing = median(Array.from({ length: rounds }, () => processorMs("")));
    const rows = PACKAGES.map((name): Row => {
      const entry = new URL(`../../../packages/${name}/dist/index.js`, import.meta.url);
      const load = `await import(${JSON.stringify(entry.href)});`;
      const value = median(Array.from({ length: rounds }, () => processorMs(load))) - nothing;
      const goal = GOALS[name];
      return { workload: "W13", side: name, value, unit: "ms of processor time", ...(goal !== undefined && { goal }) };
    });
    return Promise.resolve(rows);
  },
};

function processorMs(code: string): number {
  const tell = "const { user, system } = process.cpuUsage(); console.log((user + system) / 1000);";
  const { stdout } = spawnSync(process.execPath, ["--input-type=module", "--eval", code + tell], {
    cwd: fileURLToPath(new URL(".", import.meta.url)),
    encoding: "utf8",
  });
  return Number(stdout);
}
