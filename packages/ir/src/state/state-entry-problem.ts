const ORIGINS: ReadonlySet<unknown> = new Set(["host", "tool", "model"]);

/**
 * What keeps JSON that was stored from being the entry of a state key, with the place in it; `undefined` when it is one.
 * Its values may be any JSON.
 */
export function stateEntryProblem(input: unknown): string | undefined {
  if (typeof input !== "object" || input === null) return "it is no object";
  const { origin, version, trusted, labels } = input as Record<string, unknown>;
  if (!ORIGINS.has(origin)) return "origin: it is neither `host` nor `tool` nor `model`";
  if (!Number.isSafeInteger(version) || Number(version) < 0) return "version: it is no count";
  if (labels !== undefined && !isTexts(labels)) return "labels: it is no list of texts";
  return trusted === undefined ? undefined : trustedProblem(trusted);
}

function trustedProblem(trusted: unknown): string | undefined {
  if (typeof trusted !== "object" || trusted === null) return "trusted: it is no object";
  const { origin, value } = trusted as Record<string, unknown>;
  if (value === undefined) return "trusted.value: it is missing";
  return origin === "host" || origin === "tool" ? undefined : "trusted.origin: it is neither `host` nor `tool`";
}

function isTexts(input: unknown): boolean {
  return Array.isArray(input) && input.every((each) => typeof each === "string");
}
