import type { JsonObject } from "@car/ir";
import type { ToolDescription } from "./corpus.js";

/** What a parameter is for, as far as its name and description tell. */
export type ParameterRole =
  /** Who or what is reached: a person, an account, a channel, an address. */
  | "destination"
  /** Something that gives access. */
  | "credential"
  /** Which thing is done away with, or committed to. */
  | "object"
  /** Text that others get to read. */
  | "message";

const READS = words("get list search read find check show count fetch view lookup query download summarize");
const ENDS = words("delete remove cancel erase drop revoke ban kick block unsubscribe close disable reset");
const COMMITS = words("reserve book buy purchase order pay rent subscribe accept sign approve");
const SPEAKS = words("send post publish reply forward message tweet comment announce");

const DESTINATIONS = words(
  "recipient recipients receiver payee destination to cc bcc email emails mail participant participants attendee " +
    "attendees invitee invitees guest guests user users username member members channel channels account iban phone " +
    "url uri link website webhook host domain endpoint",
);
const PLACES = words("url uri link website webhook host domain endpoint");
const CREDENTIALS = words("password passphrase passcode secret token pin");
const MESSAGES = words("body message content text comment");
const FREE_TEXT = words("subject title description note reason body message content text comment");
const QUANTITIES = words("date day time start end amount price quantity number count n limit page duration recurring");
const DESTINATION_TEXT = /e-?mail address|\bIBANs?\b|\bURLs?\b|phone number|account number/i;

/** What the system itself keeps for its user, and strangers cannot write into. */
const OWN_RECORDS = /\b(contacts?|current (day|date|time)|user info(rmation)?|my profile|iban|balance)\b/i;

function words(text: string): ReadonlySet<string> {
  return new Set(text.split(" "));
}

function wordsOf(name: string): readonly string[] {
  const spaced = name.replace(/([a-z])([A-Z])/g, "$1 $2");
  return spaced
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "");
}

/** Whether a tool only looks things up. What is not known to is taken to act. */
export function onlyReads({ name }: ToolDescription): boolean {
  const [verb] = wordsOf(name);
  return verb !== undefined && READS.has(verb);
}

/** Whether what a tool puts out may hold text that others have written. */
export function readsOutsideText(tool: ToolDescription): boolean {
  if (!onlyReads(tool)) return false;
  const firstSentence = tool.description.split(/[.\n]/, 1)[0] ?? "";
  return !OWN_RECORDS.test(`${wordsOf(tool.name).join(" ")}; ${firstSentence}`);
}

/** The parameters of a tool that matter, with what they are for. */
export function sensitiveParameters(tool: ToolDescription): readonly (readonly [name: string, role: ParameterRole])[] {
  const properties = (tool.parameters["properties"] ?? {}) as Readonly<Record<string, JsonObject>>;
  return Object.entries(properties).flatMap(([name, schema]): (readonly [string, ParameterRole])[] => {
    const role = roleOf(tool, name, describe(schema));
    return role === undefined ? [] : [[name, role]];
  });
}

function describe({ description }: JsonObject): string {
  return typeof description === "string" ? description : "";
}

function roleOf(tool: ToolDescription, name: string, description: string): ParameterRole | undefined {
  const parts = wordsOf(name);
  const has = (set: ReadonlySet<string>): boolean => parts.some((part) => set.has(part));
  // A request for a page tells its server whatever the address says.
  if (onlyReads(tool)) return has(PLACES) ? "destination" : undefined;
  if (has(CREDENTIALS)) return "credential";
  const [verb = ""] = wordsOf(tool.name);
  if (has(FREE_TEXT)) return SPEAKS.has(verb) && has(MESSAGES) ? "message" : undefined;
  if (has(DESTINATIONS) || DESTINATION_TEXT.test(description)) return "destination";
  if (!ENDS.has(verb) && !COMMITS.has(verb)) return undefined;
  return has(QUANTITIES) ? undefined : "object";
}
