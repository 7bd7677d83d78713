import { INFERENCE_LIMITS } from "../limits.js";

/** What keys look like in other people's messages and addresses. */
const KEY_LIKE = /\b(?:sk|pk|rk|gsk|xai|key|AIza|ghp|hf)[-_][\w-]{8,}|\bAIza[\w-]{20,}|\bBearer\s+[\w.~+/=-]{8,}/g;
const KEY_PARAMETER = /([?&](?:key|api[-_]?key|token|access_token)=)[^&\s"']+/gi;

/** `text` on one line and cut to size, without the given secrets and without anything that looks like a key. */
export function redact(text: string, secrets: readonly string[] = []): string {
  let clean = text;
  for (const secret of secrets) if (secret !== "") clean = clean.split(secret).join("[key]");
  clean = clean.replace(KEY_LIKE, "[key]").replace(KEY_PARAMETER, "$1[key]").replace(/\s+/g, " ").trim();
  const max = INFERENCE_LIMITS.maxMessageChars;
  return clean.length <= max ? clean : `${clean.slice(0, max)}...`;
}
