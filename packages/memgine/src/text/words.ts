const OTHER_WORDS = /[\p{L}\p{M}\p{N}]+/gu;
/** Scripts written without spaces: each character stands for itself. */
const SPACELESS = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]/u;

/** Calls `emit` with each word of `text`, in lower case. Digits keep together over commas and points: `10,000` is `10000`. */
export function forEachWord(text: string, emit: (word: string) => void): void {
  const length = text.length;
  let index = 0;
  while (index < length) {
    const code = text.charCodeAt(index);
    if (code > 127) {
      index = otherWords(text, index, emit);
    } else if (isWordCode(code)) {
      index = asciiWord(text, index, emit);
    } else {
      index += 1;
    }
  }
}

function asciiWord(text: string, start: number, emit: (word: string) => void): number {
  let end = start + 1;
  let punctuated = false;
  let capital = isCapital(text.charCodeAt(start));
  while (end < text.length) {
    const code = text.charCodeAt(end);
    if (isWordCode(code)) {
      capital ||= isCapital(code);
      end += 1;
    } else if (joinsDigits(text, end, code)) {
      punctuated = true;
      end += 1;
    } else break;
  }
  // A word that goes on in another script is one word.
  if (end < text.length && text.charCodeAt(end) > 127) return otherWords(text, start, emit);
  const found = text.slice(start, end);
  const word = capital ? found.toLowerCase() : found;
  emit(punctuated ? word.replace(/,/g, "") : word);
  return end;
}

function otherWords(text: string, start: number, emit: (word: string) => void): number {
  OTHER_WORDS.lastIndex = start;
  const match = OTHER_WORDS.exec(text);
  if (match === null) return text.length;
  const word = match[0].normalize("NFKC").toLowerCase();
  if (SPACELESS.test(word)) for (const character of word) emit(character);
  else emit(word);
  return OTHER_WORDS.lastIndex;
}

function isWordCode(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || (code >= 65 && code <= 90);
}

function isCapital(code: number): boolean {
  return code >= 65 && code <= 90;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function joinsDigits(text: string, index: number, code: number): boolean {
  const isJoint = code === 44 || code === 46;
  return isJoint && isDigit(text.charCodeAt(index - 1)) && isDigit(text.charCodeAt(index + 1));
}
