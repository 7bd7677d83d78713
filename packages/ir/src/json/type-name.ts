/**
 * What kind of value this is, in words for a message: `null`, `a string`, `an array`, `a Map`, `an instance of Job`.
 * Never quotes the value.
 */
export function typeName(value: unknown): string {
  switch (typeof value) {
    case "object":
      return value === null ? "null" : objectName(value);
    case "undefined":
      return "undefined";
    case "number":
      return Number.isFinite(value) ? "a number" : String(value);
    case "bigint":
      return "a BigInt";
    case "string":
    case "boolean":
    case "symbol":
    case "function":
      return `a ${typeof value}`;
  }
}

/** Also bounds what a class that names itself can put into a message. */
const BUILT_IN = /^\[object ([\w ]{1,40})\]$/;

function objectName(value: object): string {
  if (Array.isArray(value)) return "an array";
  const tag = BUILT_IN.exec(tagOf(value))?.[1] ?? "Object";
  if (tag === "Object") return "an object";
  return /^[AEIO]/.test(tag) ? `an ${tag}` : `a ${tag}`;
}

function tagOf(value: object): string {
  try {
    return Object.prototype.toString.call(value);
  } catch {
    // A proxy or a getter may refuse even this; it is an object all the same.
    return "[object Object]";
  }
}
