import { readFileSync } from "node:fs";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { eventReference } from "./event-reference.js";
import { proposalReference } from "./proposal-reference.js";

/** A page whose second half is made. */
interface MadePage {
  readonly file: string;
  /** Folders of the doc comments that it is made of. */
  readonly sources: string;
  readonly make: (root: string) => string;
}

export const MADE_PAGES: readonly MadePage[] = [
  { file: "docs/reference/events.md", sources: "`packages/ir/src/event`", make: eventReference },
  {
    file: "docs/reference/proposal.md",
    sources: "`packages/ir/src/proposal` and `packages/ir/src/action`",
    make: proposalReference,
  },
];

/** The page as it should be: its hand-written beginning, and the reference as the sources have it now. */
export async function madePage(root: string, { file, sources, make }: MadePage): Promise<string> {
  const path = join(root, file);
  const mark = `<!-- From here on made by \`npm run docs:reference\`. Edit the doc comments in ${sources}. -->`;
  const [written = ""] = readFileSync(path, "utf8").split(mark);
  const config = await resolveConfig(path);
  return format(`${written}${mark}\n\n${make(root)}\n`, { ...config, parser: "markdown" });
}
