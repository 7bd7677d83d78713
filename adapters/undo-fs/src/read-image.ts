import { type BigIntStats, readdirSync, readlinkSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { ToolError } from "@car/ir";
import { type ContentStore, assertUnchanged, hashFile } from "./content-store.js";
import { byCodeUnits, type Entry, type Image, modeText, type NamedEntry } from "./entry.js";
import { type Grounds, inside, isWithin, type NamedPath, type Place, realPathOf, statOf } from "./places.js";
import { refusal } from "./tool-failure.js";

/** How much of what is there an image has. */
export interface Depth {
  /** Only kinds and modes. */
  readonly shallow: boolean;
  /** For tools of others: what a link leads to is in the image too, and contents are copied since they may be written to in place. */
  readonly foreign: boolean;
  /** Where contents are put. Without it they are only hashed. */
  readonly store: ContentStore | undefined;
  /** Most bytes of contents that are put there. */
  readonly maxBytes: number;
}

/**
 * Reads what lies at the places.
 * @throws `ToolError` when that cannot be in an image, is too large for one, or is changed meanwhile.
 */
export async function readImage(grounds: Grounds, places: readonly Place[], depth: Depth): Promise<Image> {
  const all = new Map(
    places.flatMap((place) => (depth.foreign ? followed(grounds, place) : [place])).map((place) => [place.path, place]),
  );
  const sorted = [...all.values()].sort((left, right) => byCodeUnits(left.path, right.path));
  const reader = new Reader(grounds, depth);
  if (!depth.shallow && depth.store !== undefined) reader.assertFits(sorted);
  const paths = [];
  for (const place of sorted) {
    const { path, missingParents } = place;
    const entry = await reader.entryAt(place);
    const above = entry.kind === "absent" && missingParents > 0 ? { missing_parents: missingParents } : {};
    paths.push({ path, ...entry, ...above });
  }
  return { paths, shallow: depth.shallow };
}

class Reader {
  private readonly grounds: Grounds;
  private readonly depth: Depth;

  constructor(grounds: Grounds, depth: Depth) {
    this.grounds = grounds;
    this.depth = depth;
  }

  async entryAt(at: NamedPath): Promise<Entry> {
    const stat = statOf(at.absolute);
    const { shallow } = this.depth;
    if (stat === undefined) return { kind: "absent" };
    if (stat.isSymbolicLink()) return { kind: "link", target: textOf(readlinkSync(at.absolute, "buffer"), at.path) };
    const mode = modeText(stat.mode);
    if (stat.isFile()) return { kind: "file", mode, ...(shallow ? {} : await this.content(at, stat)) };
    if (stat.isDirectory())
      return { kind: "folder", mode, ...(shallow ? {} : { entries: await this.entriesOf(at, stat) }) };
    throw refusal("invalid", at.path, "is neither file, folder nor link, so it cannot be brought back");
  }

  /** Before anything is read, so that nothing is stored for nothing. */
  assertFits(places: readonly Place[]): void {
    const bytes = places.reduce((sum, place) => sum + this.bytesAt(place), 0);
    if (bytes <= this.depth.maxBytes) return;
    const paths = places.map(({ path }) => `\`${path}\``).join(", ");
    throw new ToolError(
      `${paths}: a before-image would store ${bytes} bytes, \`maxImageBytes\` of undoFs allows ${this.depth.maxBytes}`,
      { class: "invalid" },
    );
  }

  private bytesAt(at: NamedPath): number {
    const stat = statOf(at.absolute);
    if (stat?.isDirectory() !== true) return stat?.isFile() === true ? Number(stat.size) : 0;
    return this.namesIn(at).reduce((sum, name) => sum + this.bytesAt(inside(at, name)), 0);
  }

  private async content(at: NamedPath, stat: BigIntStats) {
    if (this.depth.store !== undefined) return this.depth.store.keep(at, this.depth.foreign);
    const content = await hashFile(at.absolute);
    assertUnchanged(at, stat, content.size);
    return content;
  }

  private async entriesOf(at: NamedPath, before: BigIntStats): Promise<readonly NamedEntry[]> {
    const entries: NamedEntry[] = [];
    for (const name of this.namesIn(at)) entries.push({ name, ...(await this.entryAt(inside(at, name))) });
    const isGone = entries.some(({ kind }) => kind === "absent");
    if (!isGone && statOf(at.absolute)?.mtimeNs === before.mtimeNs) return entries;
    throw refusal("transient", at.path, "it was changed while it was read");
  }

  /** In code-unit order, without the store. */
  private namesIn({ path, absolute }: NamedPath): readonly string[] {
    return readdirSync(absolute, "buffer")
      .map((name) => textOf(name, path))
      .filter((name) => !isWithin(this.grounds.store, join(absolute, name)))
      .sort(byCodeUnits);
  }
}

/** The place, and where a link there leads in the end. */
function followed(grounds: Grounds, place: Place): readonly Place[] {
  if (statOf(place.absolute)?.isSymbolicLink() !== true) return [place];
  const real = realPathOf(place.absolute);
  if (real === undefined) throw refusal("denied", place.path, "the link leads to nothing that is there");
  if (!isWithin(grounds.root, real)) throw refusal("denied", place.path, "the link leads out of the root");
  if (isWithin(grounds.store, real)) throw refusal("denied", place.path, "the link leads into the undo store");
  return [place, { path: relative(grounds.root, real).split(sep).join("/") || ".", absolute: real, missingParents: 0 }];
}

function textOf(bytes: Buffer, path: string): string {
  const text = bytes.toString();
  if (Buffer.from(text).equals(bytes)) return text;
  throw refusal("invalid", path, `holds a name that is not UTF-8 (\`${text}\`), which an image cannot have`);
}
