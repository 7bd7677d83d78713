import { epochMsOf } from "@car/ir/internal";
import { fieldsOf, listOf } from "../http/fields-of.js";

/** Headers by name, in small letters. */
export interface HeadersLike {
  get(name: string): string | null;
}

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const DURATION = /(\d+(?:\.\d+)?)\s*(ms|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hours?|d|days?)(?![a-z])/gi;
/** `try again in 1m2.5s`, `retry after 20 seconds`. */
const IN_WORDS =
  /(?:again|retry|wait)[^.\d]{0,20}?\b(?:in|after|for)?\s*((?:\d+(?:\.\d+)?\s*(?:ms|milliseconds?|s(?:ec(?:ond)?s?)?|m(?:in(?:ute)?s?)?|h(?:ours?)?)(?![a-z])\s*)+)/i;
/** When a limit is over, where the service says nothing plainer: a duration or a time. */
const RESETS = [
  "x-ratelimit-reset-requests",
  "x-ratelimit-reset-tokens",
  "anthropic-ratelimit-requests-reset",
  "anthropic-ratelimit-tokens-reset",
];

/**
 * Milliseconds until a service wants to be asked again: from `retry-after-ms`, `Retry-After` (seconds, or a date, taken
 * from the answer's own `Date`), Google's `RetryInfo`, `retry_after` in the body, the message, or the reset of a limit
 * that is used up.
 */
export function retryAfterMsOf(headers: HeadersLike | undefined, body: unknown, message: string): number | undefined {
  const header = (name: string): string | undefined => headers?.get(name)?.trim() || undefined;
  const exact = numberOf(header("retry-after-ms")) ?? numberOf(header("x-ms-retry-after-ms"));
  const plain = header("retry-after");
  return (
    exact ??
    (plain === undefined ? undefined : (secondsOf(plain) ?? untilTime(plain, header("date")))) ??
    inBody(body) ??
    durationOf(IN_WORDS.exec(message)?.[1]) ??
    resetOf(header)
  );
}

function inBody(body: unknown): number | undefined {
  const fields = fieldsOf(body);
  const error = { ...fields, ...fieldsOf(fields["error"]) };
  const info = listOf(error["details"]).map((detail) => fieldsOf(detail)["retryDelay"]);
  const delay = info.find((value) => typeof value === "string");
  const { retry_after, estimated_time, metadata } = error as Readonly<Record<string, unknown>>;
  return (
    durationOf(delay) ??
    secondsOf(retry_after) ??
    secondsOf(estimated_time) ??
    secondsOf(fieldsOf(fieldsOf(metadata)["headers"])["Retry-After"])
  );
}

function resetOf(header: (name: string) => string | undefined): number | undefined {
  const isUsedUp = (name: string): boolean => header(name.replace("reset", "remaining")) === "0";
  const waits = RESETS.filter(isUsedUp).flatMap((name) => {
    const value = header(name);
    return durationOf(value) ?? (value === undefined ? undefined : untilTime(value, header("date"))) ?? [];
  });
  return waits.length === 0 ? undefined : Math.max(...waits);
}

function secondsOf(value: unknown): number | undefined {
  const seconds = typeof value === "number" ? value : numberOf(value);
  return seconds === undefined || !(seconds >= 0) || seconds === Infinity ? undefined : seconds * 1_000;
}

function numberOf(text: unknown): number | undefined {
  return typeof text === "string" && /^\d{1,15}(?:\.\d+)?$/.test(text) ? Number(text) : undefined;
}

function durationOf(text: unknown): number | undefined {
  if (typeof text !== "string") return undefined;
  const parts = [...text.matchAll(DURATION)];
  if (parts.length === 0) return undefined;
  return parts.reduce((sum, [, count = "0", unit = "s"]) => sum + Number(count) * msOf(unit.toLowerCase()), 0);
}

function msOf(unit: string): number {
  return /^m(?:s|illi)/.test(unit) ? 1 : UNITS[unit.charAt(0)]!;
}

/** Nothing here has a calendar: both times are the service's. */
function untilTime(time: string, now: string | undefined): number | undefined {
  const ms = now === undefined ? NaN : epochMsOf(time) - epochMsOf(now);
  return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}
