import type { JsonObject, JsonValue } from "@car/ir";
import { normalText } from "./normal-text.js";

/** Says whether the user's words hold a text; `quoted`: in quotes. */
export interface Designator {
  says(text: string): boolean;
  quotes(text: string): boolean;
}

const MAX_NAME = 120;
const MAX_ATOM = 254;
const FILE_NAME = /^(?<stem>[^\s/\\]+)\.[a-z0-9]{1,5}$/u;

/**
 * Collects what stands by itself in records that the user named. A record is named when the whole text of one of its
 * members is what the user said: in quotes, or two words and ten characters at least. By itself stands a member, an item
 * or a name without spaces; what is written in longer texts is not collected.
 */
export function collectDesignated(value: JsonValue, user: Designator, into: (atom: string) => void): void {
  const open: JsonValue[] = [value];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (typeof at !== "object" || at === null) continue;
    if (!Array.isArray(at) && isNamed(at as JsonObject, user)) collectAtoms(at as JsonObject, into);
    for (const member of Object.values(at)) open.push(member as JsonValue);
  }
}

function isNamed(record: JsonObject, user: Designator): boolean {
  return Object.values(record).some((member) => {
    if (typeof member !== "string" || member.length > MAX_NAME) return false;
    const name = normalText(member);
    return isSaid(name, user) || isSaid(nameOfFile(name), user);
  });
}

function isSaid(name: string | undefined, user: Designator): boolean {
  if (name === undefined || name.length < 3) return false;
  if (user.quotes(name)) return true;
  return name.length >= 10 && name.includes(" ") && user.says(name);
}

/** `team-meeting.docx` is called `team meeting`. */
function nameOfFile(name: string): string | undefined {
  return FILE_NAME.exec(name)?.groups?.["stem"]?.replace(/[-_.]+/gu, " ");
}

function collectAtoms(record: JsonObject, into: (atom: string) => void): void {
  const open: JsonValue[] = Object.values(record).filter((member) => !isListOfRecords(member));
  const take = (text: string): void => {
    if (text.length <= MAX_ATOM && text !== "" && !/\s/u.test(text)) into(normalText(text));
  };
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (typeof at === "string" || typeof at === "number") take(String(at));
    else if (Array.isArray(at)) for (const item of at as readonly JsonValue[]) open.push(item);
    else if (typeof at === "object" && at !== null) {
      for (const [key, member] of Object.entries(at)) {
        take(key);
        open.push(member);
      }
    }
  }
}

/** Records inside a record are records of their own: naming the list does not name each of them. */
function isListOfRecords(value: JsonValue): boolean {
  if (!Array.isArray(value)) return false;
  return (value as readonly JsonValue[]).some((item) => typeof item === "object" && item !== null);
}
