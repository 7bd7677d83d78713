/** An integer in a JSON text that a number cannot keep, and where it begins, in UTF-16 units from 0. */
export interface LostInteger {
  readonly offset: number;
  readonly token: string;
}

/** Without so many digits in a row, with or without a point, nothing is lost: a number keeps 15 of them. */
const MAY_LOSE = /[\d.]{16}/;

/**
 * The integers of a text, which is known to be JSON, whose digits do not survive: beyond 2^53, and written with other
 * digits than the number that comes closest would be. What `JSON.stringify` has written always survives.
 */
export function* lostIntegers(text: string): Generator<LostInteger> {
  if (!MAY_LOSE.test(text)) return;
  const start = /"|-?\d[\d.eE+-]*/g;
  for (let found = start.exec(text); found !== null; found = start.exec(text)) {
    const [token] = found;
    if (token === '"') start.lastIndex = stringEnd(text, start.lastIndex);
    else if (MAY_LOSE.test(token) && isLost(token)) yield { offset: found.index, token };
  }
}

/** Behind the quote that ends the string that `from` is in. */
function stringEnd(text: string, from: number): number {
  const special = /["\\]/g;
  special.lastIndex = from;
  while (special.exec(text)?.[0] === "\\") special.lastIndex += 1;
  return special.lastIndex;
}

/** The same text with those integers as strings. */
export function quoteLostIntegers(text: string): string {
  let quoted = "";
  let done = 0;
  for (const { offset, token } of lostIntegers(text)) {
    quoted += `${text.slice(done, offset)}"${token}"`;
    done = offset + token.length;
  }
  return done === 0 ? text : quoted + text.slice(done);
}

function isLost(token: string): boolean {
  const written = decimalOf(token);
  const kept = decimalOf(String(Number(token)));
  return written.exponent >= 0 && (written.digits !== kept.digits || written.exponent !== kept.exponent);
}

/** Digits without zeros at either end, and the power of ten that they are multiplied with. */
function decimalOf(text: string): { readonly digits: string; readonly exponent: number } {
  const [, whole = "", fraction = "", power = "0"] = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const all = (whole + fraction).replace(/^0+/, "");
  const digits = all.replace(/0+$/, "");
  return { digits, exponent: Number(power) - fraction.length + all.length - digits.length };
}

/** For people. */
export function lostText(token: string): string {
  return `the integer ${token.slice(0, 40)} has more digits than a number keeps: write it as text`;
}
