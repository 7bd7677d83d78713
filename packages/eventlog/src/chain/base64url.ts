/** Base64 of RFC 4648 section 5, without padding. For short byte strings such as signatures. */
export function base64urlOf(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replace(/=+$/, "");
}

/** The bytes of a base64url text, or `undefined` when it is not exactly what `base64urlOf` writes. */
export function bytesOfBase64url(text: string): Uint8Array | undefined {
  if (!/^[A-Za-z0-9_-]*$/.test(text) || text.length % 4 === 1) return undefined;
  const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(binary, (character) => character.charCodeAt(0));
  // Spare bits in the last character would let two texts mean one signature.
  return base64urlOf(bytes) === text ? bytes : undefined;
}
