/** Anything that JSON can write down. Values of this type are never changed once they are shared. */
export type JsonValue = null | boolean | number | string | JsonArray | JsonObject;

/** A JSON array. */
export type JsonArray = readonly JsonValue[];

/** A JSON object. Keys such as `__proto__` are data: read them with `Object.hasOwn`, write them with `setOwn`. */
export interface JsonObject {
  readonly [key: string]: JsonValue;
}
