const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** Bytes of a SHA-256. */
export const HASH_BYTES = 32;

/** Writes a hash of 64 lower-case hex characters as 32 bytes at `offset`. */
export function writeHash(target: Uint8Array, offset: number, hash: string): void {
  for (let byte = 0; byte < HASH_BYTES; byte++) {
    target[offset + byte] = digit(hash.charCodeAt(2 * byte)) * 16 + digit(hash.charCodeAt(2 * byte + 1));
  }
}

/** The hash that `writeHash` put at `offset`. */
export function readHash(source: Uint8Array, offset: number): string {
  let text = "";
  for (let byte = offset; byte < offset + HASH_BYTES; byte++) text += HEX[source[byte] ?? 0] ?? "";
  return text;
}

/** `0` to `9` are 48 to 57, `a` to `f` are 97 to 102. */
function digit(charCode: number): number {
  return charCode < 58 ? charCode - 48 : charCode - 87;
}
