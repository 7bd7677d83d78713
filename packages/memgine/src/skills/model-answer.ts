/** Longer answers are not read: nothing that a memory asks for is as long. */
const MOST_READ = 262_144;

/** The first JSON object in what a model wrote, or `undefined` when there is no whole one. Prose around it does not matter. */
export function jsonObjectIn(text: string): Readonly<Record<string, unknown>> | undefined {
  if (text.length > MOST_READ) return undefined;
  const start = text.indexOf("{");
  if (start < 0) return undefined;
  const end = endOfObject(text, start);
  if (end === undefined) return undefined;
  try {
    return JSON.parse(text.slice(start, end)) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

function endOfObject(text: string, start: number): number | undefined {
  let depth = 0;
  let quoted = false;
  for (let at = start; at < text.length; at += 1) {
    const character = text[at];
    if (quoted && character === "\\") at += 1;
    else if (character === '"') quoted = !quoted;
    else if (!quoted && character === "{") depth += 1;
    else if (!quoted && character === "}") {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return undefined;
}
