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

const URL = /[a-z][a-z0-9+.-]{0,30}:\/\/[^\s<>"'`]*/giu;
const BARE_HOST =
  /(?<![\p{L}\p{N}@._-])(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.){1,8}\p{L}[\p{L}\p{N}-]{1,22}(?=[\s/:?#,;!)\]>"'`.]|$)/giu;
const MAIL = /[^\s<>()[\]\\,;:"'`@/]{1,254}@[^\s<>()[\]\\,;:"'`@/]{1,254}/gu;
const ACCOUNT = /(?<![\p{L}\p{N}])[\p{L}\p{N}]{8,64}(?![\p{L}\p{N}])/gu;
const PLAIN_HOST = /^(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?\.)*[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?$/u;
/** Endings of files that are no domains, or far more often no domains. */
const FILES =
  /\.(?:docx?|xlsx?|pptx?|pdf|txt|csv|tsv|json|ya?ml|toml|xml|html?|md|png|jpe?g|gif|svg|zip|gz|tar|mp[34]|js|ts|py|log)$/iu;

/** Finds the addresses in a text. Linear time. */
export function addressesIn(text: string): Addresses {
  if (!MAY_HOLD.test(text)) return NONE;
  const hosts: string[] = [];
  let odd = false;
  let rest = text.replace(URL, (url) => {
    const host = hostOf(url);
    if (host === undefined) odd = true;
    else hosts.push(host);
    return " ";
  });
  const mails: string[] = [];
  rest = rest.replace(MAIL, (mail) => {
    mails.push(mail.replace(/[.!?]+$/u, "").toLowerCase());
    return " ";
  });
  rest = rest.replace(BARE_HOST, (host) => {
    if (FILES.test(host) && !/^www\./iu.test(host)) return host;
    hosts.push(host.toLowerCase());
    return " ";
  });
  odd ||= rest.includes("@") || rest.includes("://");
  return { mails, hosts, accounts: accountsIn(rest), odd, rest };
}

const MAY_HOLD = /[@.]|:\/\/|\d{3}/u;
const NO_TEXTS: readonly string[] = Object.freeze([]);
const NONE: Addresses = Object.freeze({ mails: NO_TEXTS, hosts: NO_TEXTS, accounts: NO_TEXTS, odd: false, rest: "" });

/** The host of a URL, or `undefined` where programs disagree about which part that is. */
function hostOf(url: string): string | undefined {
  const authority = url.slice(url.indexOf("://") + 3).split(/[/?#]/u, 1)[0] ?? "";
  const host = authority
    .replace(/:\d*$/u, "")
    .replace(/[.,;!)\]]+$/u, "")
    .toLowerCase();
  return PLAIN_HOST.test(host) ? host : undefined;
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
