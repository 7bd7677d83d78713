import { v4 } from "uuid";
import type { IdSource } from "@car/ir/ports";

/** Random ids from the platform's cryptographic source, 16 bytes at a time, without the bits that UUIDs fix. */
export const systemIds: IdSource = {
  hex(bytes) {
    let text = "";
    while (text.length < bytes * 2) text += randomPart();
    return text.slice(0, bytes * 2);
  },
};

function randomPart(): string {
  const hex = v4().replaceAll("-", "");
  return hex.slice(0, 12) + hex.slice(13, 16) + hex.slice(17);
}
