import { assertKnownOptions } from "@car/ir/internal";
import type { RunRequest } from "./run/host.js";
import { assertPrincipal } from "./run/principal.js";
import { assertSignal } from "./run/signals.js";
import type { ExecuteOptions } from "./runtime.js";

/** On whose behalf something is done when nobody says so. */
export const DEFAULT_PRINCIPAL = "default";

const EXECUTE_OPTIONS = ["signal", "principal", "executor"] as const satisfies readonly (keyof ExecuteOptions)[];

const NO_OPTIONS: ExecuteOptions = Object.freeze({});
const DEFAULT_REQUEST: RunRequest = Object.freeze({
  principal: DEFAULT_PRINCIPAL,
  signal: undefined,
  executor: undefined,
});

/** What `execute` was given, checked: whoever is misspelt is not there, and nobody would notice. */
export function executeRequest(options = NO_OPTIONS, more?: readonly string[], what = "execute"): RunRequest {
  if (options === NO_OPTIONS) return DEFAULT_REQUEST;
  assertKnownOptions(options, more === undefined ? EXECUTE_OPTIONS : [...EXECUTE_OPTIONS, ...more], what);
  const { signal, principal = DEFAULT_PRINCIPAL, executor } = options;
  assertSignal(signal);
  assertPrincipal(principal);
  return { principal, signal, executor };
}
