import { CarError } from "./car-error.js";

/** More runs are open than `limits.max_open_runs` allows, or child runs are nested deeper than `limits.max_run_depth`. */
export class RuntimeOverloadedError extends CarError {
  readonly code = "CAR_RUNTIME_OVERLOADED";
}
