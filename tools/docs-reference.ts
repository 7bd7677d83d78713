import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { REPOSITORY } from "./lib/files.js";
import { MADE_PAGES, madePage } from "./lib/reference-page.js";

/** Writes the made parts of the reference anew; `npm run check:docs` compares. */
for (const page of MADE_PAGES) writeFileSync(join(REPOSITORY, page.file), await madePage(REPOSITORY, page));
