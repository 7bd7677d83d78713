import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { EXIT } from "../exit-code.js";
import type { Output } from "../io/output.js";
import { paint } from "../show/paint.js";
import { UsageError } from "../usage-error.js";
import { VERSION } from "../version.js";

/** Files that a project may have already: they are left as they are. */
const KEPT: ReadonlySet<string> = new Set(["package.json", "README.md"]);

/** Writes a small project: tools, a policy, a plan, and what makes one of them. Overwrites nothing. */
export async function initCommand(folder: string, _options: object, output: Output): Promise<number> {
  const files = new Map([["package.json", manifestOf(folder)], ...templates()]);
  const there = [...files.keys()].filter((name) => existsSync(join(folder, name)));
  const lost = there.filter((name) => !KEPT.has(name));
  if (lost.length > 0) throw new UsageError(`${folder}: ${lost.join(", ")} would be overwritten; nothing was written`);
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of files) {
    if (there.includes(name)) {
      output.line(paint.dim(`  = ${join(folder, name)}, as it was`));
      continue;
    }
    writeFileSync(join(folder, name), text, { flag: "wx" });
    output.line(`  ${paint.green("+")} ${join(folder, name)}`);
  }
  output.line(folder === "." ? "now: car run plan.json" : `now: cd ${folder} && car run plan.json`);
  return EXIT.ok;
}

/** The folder is both beside `src/commands` and, two levels up from nothing, beside `dist`. */
function templates(): readonly (readonly [string, string])[] {
  const folder = ["../templates/", "../../templates/"]
    .map((path) => fileURLToPath(new URL(path, import.meta.url)))
    .find((path) => existsSync(path))!;
  return readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")]);
}

function manifestOf(folder: string): string {
  const name = basename(resolve(folder))
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, "-")
    .replaceAll(/^-+|-+$/g, "");
  const manifest = {
    name: name || "car-project",
    private: true,
    type: "module",
    dependencies: { "@car/cli": `^${VERSION}` },
  };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}
