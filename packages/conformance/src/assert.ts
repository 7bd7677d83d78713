import { CarError, type ErrorCode } from "@car/ir";

/** Characters of one side in a message. */
const LONGEST_TEXT = 500;

/** An expectation of a suite does not hold; the message has both sides. */
export class AssertionError extends Error {
  override readonly name = "AssertionError";
}

/**
 * Checks deep JSON equality. The order of members makes no difference, and a member that is `undefined` counts as
 * absent; everywhere else `undefined` equals only itself.
 * @param what - names the compared thing in the message.
 */
export function assertEqual(actual: unknown, expected: unknown, what = "value"): void {
  if (isSame(actual, expected)) return;
  throw new AssertionError(`${what}: expected ${text(expected)}, got ${text(actual)}`);
}

/** Checks that `body` throws at once, with `code`. A promise that rejects does not count. */
export function assertThrowsCode(code: ErrorCode, body: () => unknown): CarError {
  let result: unknown;
  try {
    result = body();
  } catch (error) {
    return withCode(code, error);
  }
  throw new AssertionError(`expected ${code} to be thrown, got ${text(result)}`);
}

/** Checks that `body` throws or gives a promise that rejects, with `code`. */
export async function assertRejectsCode(code: ErrorCode, body: () => unknown): Promise<CarError> {
  let result: unknown;
  try {
    result = await body();
  } catch (error) {
    return withCode(code, error);
  }
  throw new AssertionError(`expected a rejection with ${code}, got ${text(result)}`);
}

function withCode(code: ErrorCode, error: unknown): CarError {
  if (CarError.isInstance(error) && error.code === code) return error;
  throw new AssertionError(`expected an error with code ${code}, got ${String(error)}`, { cause: error });
}

function isSame(left: unknown, right: unknown): boolean {
  if (left === right || Object.is(left, right)) return true;
  if (!isObject(left) || !isObject(right) || Array.isArray(left) !== Array.isArray(right)) return false;
  if (Array.isArray(left) && left.length !== (right as { length?: unknown }).length) return false;
  const names = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...names].every((name) => isSame(ownMember(left, name), ownMember(right, name)));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function ownMember(object: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined;
}

function text(value: unknown): string {
  const json = JSON.stringify(value, (_name, member: unknown) => (isTextless(member) ? `<${String(member)}>` : member));
  return json.length > LONGEST_TEXT ? `${json.slice(0, LONGEST_TEXT)}...` : json;
}

/** True for what JSON text cannot show, or would show as something else. */
function isTextless(value: unknown): boolean {
  return value === undefined || (typeof value === "number" && !Number.isFinite(value)) || typeof value === "bigint";
}
