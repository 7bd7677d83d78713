import type { IdSource } from "@car/ir/ports";

/**
 * Ids that count: `000...1`, `000...2`, in the width that is asked for, over all widths together.
 * @param seed - the number before the first id. Sources with the same seed give the same ids.
 */
export function countingIds(seed = 0): IdSource {
  let last = seed;
  return {
    hex(bytes) {
      last += 1;
      const digits = last.toString(16);
      if (digits.length > bytes * 2) throw new RangeError(`id number ${last} does not fit in ${bytes} bytes`);
      return digits.padStart(bytes * 2, "0");
    },
  };
}
