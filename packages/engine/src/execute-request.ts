import { assertKnownOptions } from "@car/ir";
import type { RunRequest } from "./run/host.js";
import { assertPrincipal } from "./run/principal.js";
import { assertSignal } from "./run/signals.js";
import type { ExecuteOptions } from "./runtime.js";

/** On whose behalf something is done when nobody says so. */
export const DEFAULT_PRINCIPAL = "default";

const EXECUTE_OPTIONS = ["signal", "principal", "executor"] as const satisfies readonly (keyof ExecuteOptions)[];

/** What `execute` was given, checked: whoever is misspelt is not there, and nobody would notice. */
export function executeRequest(options: ExecuteOptions, more: readonly string[] = [], what = "execute"): RunRequest {
  assertKnownOptions(options, [...EXECUTE_OPTIONS, ...more], what);
  const { signal, principal = DEFAULT_PRINCIPAL, executor } = options;
  assertSignal(signal);
  assertPrincipal(principal);
  return { principal, signal, executor };
}
