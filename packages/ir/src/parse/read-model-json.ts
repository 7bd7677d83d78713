import { lostIntegers, lostText, quoteLostIntegers } from "../json/lost-integers.js";
import type { UnsafeIntegers } from "./read-json-text.js";
import { type JsonTextError, scanJson, scanJsonAt } from "./scan-json.js";

/** How deep JSON in a model's text may be nested, and what becomes of integers whose digits would be lost. */
export interface ModelJsonRules {
  readonly maxDepth: number;
  readonly unsafeIntegers?: UnsafeIntegers | undefined;
}

/** The JSON in a text, or what is wrong, in words for the model. */
export type ModelJson =
  | { readonly value: unknown }
  | {
      readonly problem: string;
      /** It is JSON, and the problem is that a number in it would lose digits. */
      readonly losesDigits?: true;
    };

/**
 * The JSON in what a model wrote: the whole text, what follows its thoughts, the one fenced block that is JSON, or the one
 * object (without any, the one list) that stands in the text. Where more than one thing could be meant, and where the one is
 * broken, nothing is guessed.
 */
export function readModelJson(text: string, rules: ModelJsonRules): ModelJson {
  const whole = jsonIn(text.trim(), rules);
  if (!("offset" in whole)) return whole;
  const said = withoutThoughts(text).trim();
  if (said === "") return { problem: text.trim() === "" ? "it is empty" : "it has thoughts and nothing after them" };
  const error = jsonIn(said, rules);
  if (!("offset" in error)) return error;
  const place = `at character ${error.offset + 1} of ${said.length}`;
  return (
    fencedJson(said, rules) ?? embeddedJson(said, rules) ?? { problem: `it is not JSON: ${error.message} ${place}` }
  );
}

/** A text that is JSON as a whole. */
function jsonIn(text: string, { maxDepth, unsafeIntegers = "refuse" }: ModelJsonRules): ModelJson | JsonTextError {
  const error = scanJson(text, maxDepth);
  if (error !== undefined) return error;
  const [lost] = lostIntegers(text);
  if (lost === undefined) return { value: JSON.parse(text) as unknown };
  if (unsafeIntegers === "string") return { value: JSON.parse(quoteLostIntegers(text)) as unknown };
  return { problem: `${lostText(lost.token)}, at character ${lost.offset + 1} of ${text.length}`, losesDigits: true };
}

const THOUGHTS = /^\s*<(think|thinking|thought|reasoning)>[\s\S]*?(?:<\/\1>|$)/i;
/** Where the prompt itself has opened the thoughts, only their end is in the answer. */
const END_OF_THOUGHTS = /^[\s\S]*?<\/think>/i;

function withoutThoughts(text: string): string {
  let said = text;
  while (THOUGHTS.test(said)) said = said.replace(THOUGHTS, "");
  return said === text ? said.replace(END_OF_THOUGHTS, "") : said;
}

const FENCED = /^[ \t]*(`{3,}|~{3,})[ \t]*([\w+.-]*)[ \t]*\r?\n([\s\S]*?)^[ \t]*\1/gm;
const MAX_BLOCKS = 100;

/** The one block that is JSON. One that says it is and is not counts as well: the model may have meant it. */
function fencedJson(text: string, rules: ModelJsonRules): ModelJson | undefined {
  const found: ModelJson[] = [];
  let blocks = 0;
  for (const [, , language = "", content = ""] of text.matchAll(FENCED)) {
    if (++blocks > MAX_BLOCKS) return { problem: "it has too many blocks" };
    const json = jsonIn(content.trim(), rules);
    if (!("offset" in json)) found.push(json);
    else if (/^json/i.test(language)) {
      found.push({
        problem: `a block that says it is JSON is not: ${json.message} at character ${json.offset + 1} of it`,
      });
    }
  }
  return onlyOne(found, "blocks");
}

const BEGINNING = /\{\s*["}]|\[\s*(?:["[\]{\d-]|true|false|null)/g;

/** The one object in a text, or the one list where there is no object. What begins like one and breaks off is a problem. */
function embeddedJson(text: string, rules: ModelJsonRules): ModelJson | undefined {
  const objects: ModelJson[] = [];
  const lists: ModelJson[] = [];
  const beginning = new RegExp(BEGINNING);
  const around = new Around();
  let done = 0;
  for (let start = beginning.exec(text); start !== null; start = beginning.exec(text)) {
    const scanned = scanJsonAt(text, start.index, rules.maxDepth);
    if (!("end" in scanned)) {
      return { problem: `it is not JSON: ${scanned.message} at character ${scanned.offset + 1} of ${text.length}` };
    }
    around.read(text.slice(done, start.index));
    if (around.isOpen) return A_PART;
    done = scanned.end;
    const json = jsonIn(text.slice(start.index, scanned.end), rules);
    if (!("offset" in json)) (start[0].startsWith("{") ? objects : lists).push(json);
    beginning.lastIndex = scanned.end;
  }
  around.read(text.slice(done));
  if (around.isBroken && done > 0) return A_PART;
  return onlyOne(objects, "objects") ?? onlyOne(lists, "lists");
}

const A_PART: ModelJson = {
  problem: "it is not JSON: what is JSON in it is a part of something that lacks its beginning or is none",
};

/** The brackets around the JSON in a text: they tell that it is a part of something. */
class Around {
  /** A bracket was closed that had not been opened. */
  isBroken = false;
  private depth = 0;

  /** Something was opened and not closed so far. */
  get isOpen(): boolean {
    return this.depth > 0;
  }

  read(text: string): void {
    for (const [bracket] of text.matchAll(/[{}[\]]/g)) {
      if (bracket === "{" || bracket === "[") this.depth += 1;
      else if (this.depth > 0) this.depth -= 1;
      else this.isBroken = true;
    }
  }
}

/** What was said twice in the same words was said once. */
function onlyOne(found: readonly ModelJson[], what: string): ModelJson | undefined {
  if (new Set(found.map((json) => JSON.stringify(json))).size < 2) return found[0];
  return { problem: `it has ${found.length} ${what} of JSON, and which of them is meant is not certain` };
}
