import fc from "fast-check";

/** `CAR_SEED` repeats every property test as it ran before; CI sets it, so that a red run is the change's own fault. */
const seed = process.env["CAR_SEED"];
if (seed !== undefined) fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(seed) });
