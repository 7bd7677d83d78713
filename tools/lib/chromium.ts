import { chromium } from "playwright-core";
import { withTemporaryFolder } from "./temporary-folder.js";

/** A script and the page it runs in. */
export interface PageScript {
  readonly executablePath: string;
  /** An ES module that sets `document.title` to its answer. */
  readonly code: string;
  readonly contentSecurityPolicy: string;
}

const ADDRESS = "http://page.test/";
const TIMEOUT_MS = 30_000;
const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Runs a script in headless Chromium without any network and gives the title that it set, or its error. */
export async function runInChromium({ executablePath, code, contentSecurityPolicy }: PageScript): Promise<string> {
  return withTemporaryFolder(async (profile) => {
    const context = await chromium.launchPersistentContext(profile, {
      executablePath,
      args: FLAGS,
      timeout: TIMEOUT_MS,
    });
    try {
      const page = await context.newPage();
      const failed = new Promise<string>((resolve) => page.on("pageerror", (error) => resolve(String(error))));
      await page.route("**/*", (route) =>
        route.fulfill({
          contentType: "text/html",
          headers: { "content-security-policy": contentSecurityPolicy },
          body: `<script type="module">${code.replaceAll("</script", "<\\/script")}</script>`,
        }),
      );
      await page.goto(ADDRESS);
      const titled = page.waitForFunction(() => document.title, undefined, { timeout: TIMEOUT_MS });
      return await Promise.race([titled.then((title) => title.jsonValue()), failed]);
    } finally {
      await context.close();
    }
  });
}
