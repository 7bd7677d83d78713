import fc from "fast-check";
import { SEED } from "./tools/lib/seed.js";

fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: SEED });

/** Called once, before all tests. */
export function setup(): void {
  console.log(`CAR_SEED=${SEED}`);
}
