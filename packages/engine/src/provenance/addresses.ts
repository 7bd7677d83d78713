/** What a text can point to: mail addresses, hosts of URLs, and numbers of accounts. All in lower case. */
export interface Addresses {
  readonly mails: readonly string[];
  readonly hosts: readonly string[];
  readonly accounts: readonly string[];
  /** Something that looks like an address and could be read in more than one way: nobody should trust it. */
  readonly odd: boolean;
  /** What is left of the text without mail addresses and URLs. */
  readonly rest: string;
}

// Each matches as much as it can and needs nothing behind it, so that no text is gone through twice.
const PIECE = /[^\s<>"'`]+/gu;
const WORD = /[^\s<>()[\]\\,;:"'`/]+/gu;
const RUN = /[\p{L}\p{N}._@-]+/gu;
const LABEL = /^[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?$/u;
const TOP_LABEL = /^\p{L}[\p{L}\p{N}-]{1,22}$/u;
const MAX_ADDRESS = 254;
const ACCOUNT = /(?<![\p{L}\p{N}])[\p{L}\p{N}]{8,64}(?![\p{L}\p{N}])/gu;
/** Endings of files that are no domains, or far more often no domains. */
const FILES =
  /\.(?:docx?|xlsx?|pptx?|pdf|txt|csv|tsv|json|ya?ml|toml|xml|html?|md|png|jpe?g|gif|svg|zip|gz|tar|mp[34]|js|ts|py|log)$/iu;

/** Finds the addresses in a text. Linear time. */
export function addressesIn(text: string): Addresses {
  if (!MAY_HOLD.test(text)) return NONE;
  const hosts: string[] = [];
  const mails: string[] = [];
  const take = (found: string | undefined, into: string[], left: string): string => {
    if (found === undefined) return left;
    into.push(found);
    return " ";
  };
  let rest = text;
  if (rest.includes("://")) rest = rest.replace(PIECE, (piece) => take(hostOfUrl(piece), hosts, piece));
  if (rest.includes("@")) rest = rest.replace(WORD, (word) => take(mailOf(word), mails, word));
  if (rest.includes(".")) rest = rest.replace(RUN, (run) => take(bareHost(run), hosts, run));
  // What is left of these marks is an address that could be read in more than one way.
  const odd = rest.includes("@") || rest.includes("://");
  return { mails, hosts, accounts: accountsIn(rest), odd, rest };
}

const MAY_HOLD = /[@.]|:\/\/|\d{3}/u;
const NO_TEXTS: readonly string[] = Object.freeze([]);
const NONE: Addresses = Object.freeze({ mails: NO_TEXTS, hosts: NO_TEXTS, accounts: NO_TEXTS, odd: false, rest: "" });

/** The host of a URL, or `undefined` where programs disagree about which part that is. */
function hostOfUrl(piece: string): string | undefined {
  const parts = piece.split("://");
  if (parts.length !== 2 || !/[a-z][a-z0-9+.-]{0,30}$/iu.test(parts[0]!.slice(-32))) return undefined;
  const authority = parts[1]!.slice(0, MAX_ADDRESS + 8).split(/[/?#]/u, 1)[0]!;
  const host = trimmed(authority.replace(/:\d*$/u, "").replace(/[),;!\]]+$/u, "")).toLowerCase();
  return host.length <= MAX_ADDRESS && host.split(".").every((label) => LABEL.test(label)) ? host : undefined;
}

/** A mail address without what ends the sentence it stands in. */
function mailOf(word: string): string | undefined {
  const mail = word.length > MAX_ADDRESS + 8 ? "" : word.replace(/[.!?]+$/u, "").toLowerCase();
  const parts = mail.split("@");
  return parts.length === 2 && parts[0] !== "" && parts[1] !== "" && mail.length <= MAX_ADDRESS ? mail : undefined;
}

/** The host that a word without a scheme names, such as `www.example.com`; most words name none. */
function bareHost(run: string): string | undefined {
  if (run.length > MAX_ADDRESS || !run.includes(".")) return undefined;
  const host = trimmed(run).toLowerCase();
  if (!host.includes(".") || (FILES.test(host) && !host.startsWith("www."))) return undefined;
  const labels = host.split(".");
  return TOP_LABEL.test(labels.at(-1) ?? "") && labels.every((label) => LABEL.test(label)) ? host : undefined;
}

function trimmed(text: string): string {
  return text.replace(/^[.-]+/u, "").replace(/[.-]+$/u, "");
}

/** Long words with many digits, such as an IBAN; written in groups of four they count as one. */
function accountsIn(text: string): readonly string[] {
  const found: string[] = [];
  const joined = text.replace(/(?<![\p{L}\p{N}])[A-Z]{2}\d{2}(?: [A-Z0-9]{4}){2,7}(?: [A-Z0-9]{1,4})?/gu, (iban) =>
    iban.replaceAll(" ", ""),
  );
  for (const [word] of joined.matchAll(ACCOUNT)) {
    if (word.replace(/\P{N}/gu, "").length >= 6) found.push(word.toLowerCase());
  }
  return found;
}
