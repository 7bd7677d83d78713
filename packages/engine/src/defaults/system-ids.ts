import type { IdSource } from "@car/ir/ports";

/** Asking the platform costs more than the bytes do, so they are fetched many at a time. Each is used once. */
const pool = new Uint8Array(1_024);
let used = pool.length;

/** Random ids from the platform's cryptographic source. */
export const systemIds: IdSource = {
  hex(bytes) {
    let text = "";
    for (let count = 0; count < bytes; count++) text += nextByte().toString(16).padStart(2, "0");
    return text;
  },
};

function nextByte(): number {
  if (used === pool.length) {
    crypto.getRandomValues(pool);
    used = 0;
  }
  return pool[used++] as number;
}
