import { readFileSync } from "node:fs";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { eventReference } from "./event-reference.js";

/** The page whose second half is made. */
export const EVENTS_PAGE = "docs/reference/events.md";

const MARK =
  "<!-- From here on made by `npm run docs:reference`. Edit the doc comments in `packages/ir/src/event`. -->";

/** The page as it should be: its hand-written beginning, and the reference as the sources have it now. */
export async function eventsPage(root: string): Promise<string> {
  const path = join(root, EVENTS_PAGE);
  const [written = ""] = readFileSync(path, "utf8").split(MARK);
  const config = await resolveConfig(path);
  return format(`${written}${MARK}\n\n${eventReference(root)}\n`, { ...config, parser: "markdown" });
}
