import type { FormatTest } from "./date-formats.js";

const LABEL = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;
const ATOM = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+$/;
const QUOTED = /^"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\[\x20-\x7e])*"$/;
const OCTET = /^(?:0|[1-9]\d{0,2})$/;
const HEXTET = /^[0-9A-Fa-f]{1,4}$/;

/** Names and addresses of machines and mailboxes. */
export const NETWORK_FORMATS: Readonly<Record<string, FormatTest>> = {
  hostname: isHostname,
  email: isEmail,
  ipv4: isIpv4,
  ipv6: isIpv6,
};

function isHostname(text: string): boolean {
  // Labels that begin with "xn--" hide other alphabets; whether they are well formed is not looked into.
  return text.length <= 253 && text.split(".").every((label) => LABEL.test(label));
}

function isEmail(text: string): boolean {
  const at = text.lastIndexOf("@");
  const [local, domain] = [text.slice(0, Math.max(at, 0)), text.slice(at + 1)];
  return at > 0 && (QUOTED.test(local) || local.split(".").every((atom) => ATOM.test(atom))) && isMailDomain(domain);
}

function isMailDomain(domain: string): boolean {
  if (!domain.startsWith("[")) return isHostname(domain);
  const literal = domain.endsWith("]") ? domain.slice(1, -1) : "";
  return /^IPv6:/i.test(literal) ? isIpv6(literal.slice(5)) : isIpv4(literal);
}

function isIpv4(text: string): boolean {
  const octets = text.split(".");
  return octets.length === 4 && octets.every((octet) => OCTET.test(octet) && Number(octet) <= 255);
}

/** An IPv6 address of RFC 4291, without a zone. */
export function isIpv6(text: string): boolean {
  const [head = "", tail, ...more] = text.split("::");
  if (more.length > 0 || text.length > 45) return false;
  const before = groupCount(head, tail === undefined);
  if (tail === undefined) return before === 8;
  return before + groupCount(tail, true) <= 7;
}

/** How many 16-bit groups `text` writes; more than an address can have when one of them is none. */
function groupCount(text: string, mayEndInIpv4: boolean): number {
  if (text === "") return 0;
  const groups = text.split(":");
  const last = groups.at(-1) ?? "";
  const endsInIpv4 = mayEndInIpv4 && last.includes(".");
  const plain = endsInIpv4 ? groups.slice(0, -1) : groups;
  if (!plain.every((group) => HEXTET.test(group)) || (endsInIpv4 && !isIpv4(last))) return 9;
  return plain.length + (endsInIpv4 ? 2 : 0);
}
