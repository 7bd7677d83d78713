import { join } from "node:path";
import { type LogFolder, PAYLOADS } from "./log-folder.js";

/** Removes what an owner left behind that ended in the middle of something: nothing leads to it any more. */
export function removeUnfinished({ fs, path }: LogFolder): void {
  const names = fs.readdirSync(path);
  for (const name of names) if (name.endsWith(".tmp")) fs.rmSync(join(path, name), { force: true });
  if (!names.includes(PAYLOADS)) return;
  for (const stem of fs.readdirSync(join(path, PAYLOADS))) {
    if (names.includes(`${stem}.jsonl`)) continue;
    fs.rmSync(join(path, PAYLOADS, stem), { recursive: true, force: true });
  }
}
