/** Seed of everything in tests that is left to chance, so that they do the same each time. `CAR_SEED` takes another one. */
export const SEED = Number(process.env["CAR_SEED"] ?? 20_261_122);
