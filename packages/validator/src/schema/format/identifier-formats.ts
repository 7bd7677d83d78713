import type { FormatTest } from "./date-formats.js";
import { isIpv6 } from "./network-formats.js";

const PERCENT = "%[0-9A-Fa-f]{2}";
const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]*$/;
const USER = new RegExp(`^(?:[\\w.~!$&'()*+,;=:-]|${PERCENT})*$`);
const HOST = new RegExp(`^(?:[\\w.~!$&'()*+,;=-]|${PERCENT})*$`);
const FUTURE_ADDRESS = /^[vV][0-9A-Fa-f]+\.[\w.~!$&'()*+,;=:-]+$/;
const PATH = new RegExp(`^(?:[\\w.~!$&'()*+,;=:@/-]|${PERCENT})*$`);
const QUERY = new RegExp(`^(?:[\\w.~!$&'()*+,;=:@/?-]|${PERCENT})*$`);
const UUID = /^[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}$/;
const POINTER = /^(?:\/(?:[^~/]|~[01])*)*$/u;
const RELATIVE_POINTER = /^(?:0|[1-9]\d*)(?:[+-][1-9]\d*)?(#$|$|\/)/;
const URI = /^(?:([^:/?#]+):)?(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/s;

/** URIs, pointers, UUIDs and patterns. */
export const IDENTIFIER_FORMATS: Readonly<Record<string, FormatTest>> = {
  uri: (text) => isUri(text, true),
  "uri-reference": (text) => isUri(text, false),
  uuid: (text) => UUID.test(text),
  "json-pointer": (text) => POINTER.test(text),
  "relative-json-pointer": isRelativePointer,
  regex: isRegex,
};

function isUri(text: string, isAbsolute: boolean): boolean {
  const [, scheme, authority, path = "", query = "", fragment = ""] = URI.exec(text) ?? [];
  if (scheme === undefined ? isAbsolute || hasColonFirst(path, authority) : !SCHEME.test(scheme)) return false;
  if (authority !== undefined && !isAuthority(authority)) return false;
  return PATH.test(path) && QUERY.test(query) && QUERY.test(fragment);
}

/** A first step with a colon would read as a scheme. */
function hasColonFirst(path: string, authority: string | undefined): boolean {
  return authority === undefined && (path.split("/", 1)[0] ?? "").includes(":");
}

function isAuthority(authority: string): boolean {
  const at = authority.lastIndexOf("@");
  const host = authority.slice(at + 1);
  const [, name = "", port = ""] = /^(\[[^\]]*\]|[^:]*)(.*)$/s.exec(host) ?? [];
  return USER.test(authority.slice(0, Math.max(at, 0))) && /^(?::\d*)?$/.test(port) && isHost(name);
}

function isHost(host: string): boolean {
  if (!host.startsWith("[")) return HOST.test(host);
  const literal = host.slice(1, -1);
  return host.endsWith("]") && (isIpv6(literal) || FUTURE_ADDRESS.test(literal));
}

function isRelativePointer(text: string): boolean {
  const match = RELATIVE_POINTER.exec(text);
  return match !== null && (match[1] !== "/" || POINTER.test(text.slice(match[0].length - 1)));
}

function isRegex(text: string): boolean {
  try {
    return new RegExp(text, "u") instanceof RegExp;
  } catch {
    return false;
  }
}
