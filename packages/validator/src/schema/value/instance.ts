/** An object whose members nobody has looked at yet. */
export type JsonLikeObject = Readonly<Record<string, unknown>>;

/** A JSON object: neither null nor an array. */
export function isObject(value: unknown): value is JsonLikeObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A JSON array. */
export function isArray(value: unknown): value is readonly unknown[] {
  return Array.isArray(value);
}

/** A number that JSON can write: `NaN` and the infinities are not. */
export function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

/** A property name, and whether every plain object seems to have it: `constructor`, `__proto__` and the like. */
export interface MemberName {
  readonly name: string;
  readonly isOnPrototype: boolean;
}

/** `name`, ready to be looked up many times. */
export function memberName(name: string): MemberName {
  return { name, isOnPrototype: name in Object.prototype };
}

/**
 * The object's own member, or `undefined` when it has none. A member that is `undefined` counts as absent, because
 * JSON would not write it. Only names on the prototype need the slower question.
 */
export function memberOf(object: JsonLikeObject, { name, isOnPrototype }: MemberName): unknown {
  return isOnPrototype && !Object.hasOwn(object, name) ? undefined : object[name];
}

/** Length in code points, which is how JSON Schema counts. A lone surrogate is one. */
export function codePointLength(text: string): number {
  let count = text.length;
  for (let index = 0; index < text.length - 1; index++) {
    const isPair = (text.charCodeAt(index) & 0xfc00) === 0xd800 && (text.charCodeAt(index + 1) & 0xfc00) === 0xdc00;
    if (isPair) {
      count--;
      index++;
    }
  }
  return count;
}
