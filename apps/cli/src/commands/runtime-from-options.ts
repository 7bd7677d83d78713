import { createRuntime, type Runtime, type RuntimeOptions } from "@car/engine";
import { jsonlEventLog } from "@car/eventlog/node";
import { rulePolicy } from "@car/policy";
import { loadPolicyFile } from "@car/policy/node";
import type { VerifyReport } from "@car/validator";
import { loadTools } from "../io/load-tools.js";
import { readJsonObject } from "../io/read-input.js";

/** Files that say against what a proposal is run or verified. */
export interface RuntimeFiles {
  readonly tools?: string;
  readonly policy?: string;
  readonly state?: string;
  readonly capabilities?: string;
  readonly budget?: string;
  readonly log?: string;
}

/** Builds a runtime from files; what is not given is left out. */
export async function runtimeFromFiles(
  files: RuntimeFiles,
  more: Pick<RuntimeOptions, "approver"> = {},
): Promise<Runtime<VerifyReport>> {
  return createRuntime({
    ...more,
    ...(files.tools !== undefined && { tools: await loadTools(files.tools) }),
    ...(files.policy !== undefined && { policy: rulePolicy(await loadPolicyFile(files.policy)) }),
    ...(files.state !== undefined && { state: await readJsonObject(files.state) }),
    ...(files.capabilities !== undefined && { capabilities: await readJsonObject(files.capabilities) }),
    ...(files.budget !== undefined && { budget: await readJsonObject(files.budget) }),
    ...(files.log !== undefined && { eventLog: jsonlEventLog({ path: files.log }) }),
  });
}
