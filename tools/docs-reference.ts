import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { REPOSITORY } from "./lib/files.js";
import { EVENTS_PAGE, eventsPage } from "./lib/reference-page.js";

/** Writes the made part of the reference anew; `npm run check:docs` compares. */
writeFileSync(join(REPOSITORY, EVENTS_PAGE), await eventsPage(REPOSITORY));
