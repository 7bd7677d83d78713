import { createRuntime, type Runtime, type RuntimeOptions } from "@car/engine";
import { rulePolicy } from "@car/policy";
import { loadPolicyFile } from "@car/policy/node";
import type { VerifyReport } from "@car/validator";
import type { Output } from "../io/output.js";
import { readJsonObject } from "../io/read-input.js";
import { openJsonl } from "./open-writable.js";
import { type FileOrValue, loadSettings, type NamedFiles, type Settings } from "./settings.js";
import { withTools } from "./with-tools.js";

/** What a runtime is given beside what files say. */
export interface RuntimeWishes extends Pick<RuntimeOptions, "approver"> {
  readonly output: Output;
  /** False: whatever happens is told to no log. */
  readonly logs?: boolean;
}

/** On whose behalf; without a name, on nobody's in particular. */
export interface OnBehalf {
  readonly principal?: string;
}

/** Builds a runtime from files, hands it to `body`, and closes all that it took. */
export async function withRuntime<T>(
  named: NamedFiles,
  { output, logs = true, ...more }: RuntimeWishes,
  body: (runtime: Runtime<VerifyReport>, onBehalf: OnBehalf) => Promise<T>,
): Promise<T> {
  const settings = await loadSettings(named);
  return withTools(settings, output, async (tools) => {
    const given = await optionsOf(settings);
    const eventLog = logs && settings.log !== undefined ? openJsonl(settings.log) : undefined;
    const runtime = createRuntime({ ...more, ...given, tools, ...(eventLog !== undefined && { eventLog }) });
    try {
      return await body(runtime, named.principal === undefined ? {} : { principal: named.principal });
    } finally {
      await runtime.close();
      await runtime.eventLog.close();
    }
  });
}

async function optionsOf({ policy, state, capabilities, budget }: Settings): Promise<RuntimeOptions> {
  return {
    ...(policy !== undefined && { policy: rulePolicy(await loadPolicyFile(policy)) }),
    ...(state !== undefined && { state: await objectOf(state) }),
    ...(capabilities !== undefined && { capabilities: await objectOf(capabilities) }),
    ...(budget !== undefined && { budget: await objectOf(budget) }),
  };
}

/** What the runtime checks itself. */
async function objectOf(given: FileOrValue): Promise<Record<string, never>> {
  return typeof given === "string" ? readJsonObject(given) : (given as Record<string, never>);
}
