/** What a value costs beside its text, in the object or array that holds it. */
const VALUE_BYTES = 16;
/** What an object or an array costs beside its members. */
const CONTAINER_BYTES = 32;
/** Deeper values are not looked at: no checked value is nested this deep. */
const MAX_DEPTH = 256;
/** What has this size is large and not looked at further; a cycle comes to it, too. */
const LARGE_BYTES = 64 * 1024 * 1024;

/** Bytes of memory that a JSON value takes, roughly, and as if nothing in it were shared. Makes no objects. */
export function memoryBytes(value: unknown): number {
  return VALUE_BYTES + bytesInside(value, LARGE_BYTES, 0);
}

function bytesInside(value: unknown, limit: number, depth: number): number {
  if (typeof value === "string") return value.length;
  return typeof value === "object" && value !== null ? containerBytes(value, limit, depth + 1) : 0;
}

function containerBytes(container: object, limit: number, depth: number): number {
  let bytes = CONTAINER_BYTES;
  if (depth > MAX_DEPTH) return bytes;
  if (Array.isArray(container)) {
    for (let index = 0; index < container.length && bytes < limit; index++) {
      bytes += VALUE_BYTES + bytesInside(container[index], limit - bytes, depth);
    }
    return bytes;
  }
  for (const name in container) {
    bytes += VALUE_BYTES + bytesInside((container as Record<string, unknown>)[name], limit - bytes, depth);
    if (bytes >= limit) break;
  }
  return bytes;
}
