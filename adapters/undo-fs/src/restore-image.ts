import { chmodSync, mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { jsonEqual, ToolError } from "@car/ir";
import { changeMode, finishFolder, removeEmpty, rename } from "./change.js";
import { type ContentStore, syncFile } from "./content-store.js";
import type { Entry, Image, PathEntry } from "./entry.js";
import { type Grounds, inside, type Place, placeOf, statOf } from "./places.js";
import { readImage } from "./read-image.js";
import { hasErrno, refusal } from "./tool-failure.js";

/** One change on the way back. */
interface Step {
  readonly path: string;
  readonly take: () => void;
}

/**
 * Brings everything back to what the image says. All that is needed is prepared first, so what is lost or does not fit on the disk
 * changes nothing; what is as it should be is left alone, so it may be done again after it was broken off.
 * @throws `ToolError`, naming what is not restored.
 */
export async function restoreImage(grounds: Grounds, store: ContentStore, image: Image): Promise<readonly string[]> {
  return store.withStaged(async (staged) => {
    mkdirSync(staged);
    const steps = await new Plan({ grounds, store, image, staged }).stepsFor();
    for (const [index, { path, take }] of steps.entries()) {
      try {
        take();
      } catch (error) {
        throw brokenOff(path, steps.slice(0, index), error);
      }
    }
    return [...new Set(steps.map(({ path }) => path))];
  });
}

function brokenOff(path: string, done: readonly Step[], error: unknown): Error {
  const before = [...new Set(done.map((step) => `\`${step.path}\``))].join(", ") || "nothing";
  return new ToolError(`\`${path}\` is not restored: ${(error as Error).message}; restored before it: ${before}`, {
    class: hasErrno(error, "ENOSPC", "EDQUOT", "EBUSY") ? "transient" : "terminal",
    cause: error,
  });
}

interface PlanInput {
  readonly grounds: Grounds;
  readonly store: ContentStore;
  readonly image: Image;
  /** An empty folder for what is prepared, and for what has to go. */
  readonly staged: string;
}

class Plan {
  private readonly input: PlanInput;
  private readonly steps: Step[] = [];
  private count = 0;

  constructor(input: PlanInput) {
    this.input = input;
  }

  async stepsFor(): Promise<readonly Step[]> {
    const { grounds, image } = this.input;
    for (const entry of image.paths) assertNames(entry, entry.path);
    const wanted = image.paths.map((entry) => ({ entry, place: samePlace(grounds, entry) }));
    const depth = { shallow: image.shallow, foreign: false, store: undefined, maxBytes: 0 };
    const now = await readImage(
      grounds,
      wanted.map(({ place }) => place),
      depth,
    );
    const found = new Map(now.paths.map((entry) => [entry.path, entry]));
    const moved = image.shallow ? new Set<string>() : this.moveBack(wanted, found);
    for (const { entry, place } of wanted) {
      if (moved.has(entry.path)) this.parents(entry, place);
      else await this.path(entry, { place, now: found.get(entry.path) ?? { kind: "absent" } });
    }
    return this.steps;
  }

  /** What lies at one path of the image and belongs at another is moved there, which keeps all that an image does not have. */
  private moveBack(
    wanted: readonly { entry: PathEntry; place: Place }[],
    found: ReadonlyMap<string, Entry>,
  ): Set<string> {
    const missing = wanted.find(({ entry }) => entry.kind !== "absent" && found.get(entry.path)?.kind === "absent");
    if (missing === undefined) return new Set();
    const { path, ...entry } = missing.entry;
    const other = wanted.find(
      ({ entry: { kind, path: at } }) =>
        kind === "absent" && isSame(found.get(at), { ...entry, path: at } as PathEntry),
    );
    if (other === undefined) return new Set();
    this.step(path, () => rename(other.place.absolute, missing.place.absolute));
    return new Set([path, other.entry.path]);
  }

  private async path(wanted: PathEntry, { place, now }: { place: Place; now: Entry }): Promise<void> {
    if (isSame(now, wanted)) return;
    const { path: _, ...entry } = wanted;
    const { path: __, ...current } = now as PathEntry;
    if (this.input.image.shallow) this.shallow(entry, { place, now: current });
    else await this.entry(entry, { ...place, now: current });
    this.parents(wanted, place);
  }

  private async entry(
    wanted: Entry,
    { path, absolute, now }: { path: string; absolute: string; now: Entry },
  ): Promise<void> {
    if (isSame(now, wanted)) return;
    if (wanted.kind === "folder" && now.kind === "folder") {
      await this.folder(wanted, { path, absolute, now });
    } else if (wanted.kind === "file" && now.kind === "file" && wanted.sha256 === now.sha256) {
      this.step(path, () => changeMode(absolute, wanted.mode));
    } else {
      const built = this.fresh();
      if (wanted.kind !== "absent") await this.build(wanted, { path, to: built });
      if (wanted.kind === "absent" || now.kind === "folder" || wanted.kind === "folder") this.takeAway(path, absolute);
      if (wanted.kind !== "absent") this.step(path, () => rename(built, absolute));
    }
  }

  private async folder(
    wanted: Entry & { kind: "folder" },
    { path, absolute, now }: { path: string; absolute: string; now: Entry & { kind: "folder" } },
  ): Promise<void> {
    const isOpen = (Number.parseInt(now.mode, 8) & 0o300) === 0o300;
    if (!isOpen) this.step(path, () => chmodSync(absolute, 0o700));
    const entries = new Map(wanted.entries?.map((entry) => [entry.name, entry]));
    const found = new Map(now.entries?.map((entry) => [entry.name, entry]));
    for (const name of new Set([...found.keys(), ...entries.keys()])) {
      const at = inside({ path, absolute }, name);
      const [was, is] = [entries.get(name), found.get(name)].map(withoutName) as [Entry, Entry];
      await this.entry(was, { ...at, now: is });
    }
    if (!isOpen || now.mode !== wanted.mode) this.step(path, () => changeMode(absolute, wanted.mode));
  }

  private async build(entry: Entry, { path, to }: { path: string; to: string }): Promise<void> {
    if (entry.kind === "link") symlinkSync(entry.target, to);
    else if (entry.kind === "file") {
      const { sha256 } = entry;
      if (sha256 === undefined) throw refusal("invalid", path, "the image does not have its content");
      await this.input.store.fetch(sha256, { path, to });
      chmodSync(to, Number.parseInt(entry.mode, 8));
      syncFile(to);
    } else if (entry.kind === "folder") {
      mkdirSync(to, { mode: 0o700 });
      for (const inner of entry.entries ?? []) {
        await this.build(inner, { path: `${path}/${inner.name}`, to: join(to, inner.name) });
      }
      finishFolder(to, Number.parseInt(entry.mode, 8));
    }
  }

  private shallow(wanted: Entry, { place: { path, absolute }, now }: { place: Place; now: Entry }): void {
    if (wanted.kind === "absent" && now.kind === "folder") this.step(path, () => removeMade(absolute));
    else if (wanted.kind !== now.kind)
      throw refusal("invalid", path, `is ${now.kind}, and was ${wanted.kind}: left as it is`);
    else if ("mode" in wanted) this.step(path, () => changeMode(absolute, wanted.mode));
    else if (wanted.kind === "link") throw refusal("invalid", path, "the link was changed: left as it is");
  }

  /** Takes away the folders above that were not there either. */
  private parents(wanted: PathEntry, { path, absolute }: Place): void {
    if (wanted.kind !== "absent") return;
    let folder = absolute;
    for (let left = wanted.missing_parents ?? 0; left > 0; left--) {
      const above = (folder = dirname(folder));
      this.step(path, () => removeMade(above));
    }
  }

  private takeAway(path: string, absolute: string): void {
    const away = this.fresh();
    this.step(path, () => statOf(absolute) === undefined || rename(absolute, away));
  }

  private step(path: string, take: () => void): void {
    this.steps.push({ path, take });
  }

  private fresh(): string {
    return join(this.input.staged, String(++this.count));
  }
}

/** A path that has become a link's on its way is not the one that the image was taken of. */
function samePlace(grounds: Grounds, { path }: PathEntry): Place {
  const place = placeOf(grounds, path);
  if (place.path === path) return place;
  throw refusal("denied", path, `leads to \`${place.path}\` now`);
}

/** An image comes from the log, and yet no name in it leads anywhere else. */
function assertNames(entry: Entry, path: string): void {
  if (entry.kind !== "folder") return;
  for (const inner of entry.entries ?? []) {
    const { name } = inner;
    if (name === "." || name === ".." || /[/\0]/.test(name))
      throw refusal("denied", path, `no entry is called \`${name}\``);
    assertNames(inner, `${path}/${name}`);
  }
}

/** A folder that the call has made; what others have put there stays. */
function removeMade(path: string): void {
  try {
    removeEmpty(path);
  } catch (error) {
    if (hasErrno(error, "ENOENT")) return;
    if (!hasErrno(error, "ENOTEMPTY", "EEXIST")) throw error;
    const names = readdirSync(path).slice(0, 10).join("`, `");
    throw new ToolError(`the folder was made by the call, and holds what was not: \`${names}\``, { cause: error });
  }
}

function withoutName(entry: (Entry & { readonly name: string }) | undefined): Entry {
  if (entry === undefined) return { kind: "absent" };
  const { name: _, ...rest } = entry;
  return rest;
}

function isSame(left: Entry | undefined, right: Entry): boolean {
  return left !== undefined && jsonEqual(left, right);
}
