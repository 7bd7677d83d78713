const encoder = new TextEncoder();

/** Bytes of the UTF-8 form of a text. */
export function utf8Bytes(text: string): number {
  return encoder.encode(text).length;
}
