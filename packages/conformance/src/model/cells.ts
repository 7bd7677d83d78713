import type { JsonValue, Origin, StateEntry } from "@car/ir";

/** A value and who stood for it. */
export interface Stamped {
  readonly value: JsonValue;
  readonly origin: Origin;
}

/** One key: its newest value, and the last value that no model wrote. The same object when they are one. */
export interface Cell {
  readonly newest: Stamped | undefined;
  readonly trusted: Stamped | undefined;
}

/** One change of one key; without a value a deletion. */
export interface CellWrite {
  readonly key: string;
  readonly value: JsonValue | undefined;
  readonly origin: Origin;
}

/** The state of a run: key to cell. */
export type Cells = Map<string, Cell>;

/** Cells of what a store holds. */
export function cellsOf(entries: ReadonlyMap<string, StateEntry>): Cells {
  return new Map([...entries].map(([key, entry]) => [key, cellOf(entry)]));
}

/** Carries out one change. A model's change leaves the trusted value alone; any other replaces both. */
export function writeCell(cells: Cells, { key, value, origin }: CellWrite): void {
  const newest = value === undefined ? undefined : { value, origin };
  const trusted = origin === "model" ? cells.get(key)?.trusted : newest;
  if (newest === undefined && trusted === undefined) cells.delete(key);
  else cells.set(key, { newest, trusted });
}

/** The store's entry for a cell that was last changed by commit number `version`. */
export function entryOf(cell: Cell, version: number): StateEntry {
  const { newest, trusted } = cell;
  if (newest !== undefined && newest.origin !== "model") return { ...newest, version };
  const under = trusted === undefined ? {} : { trusted };
  return { value: newest?.value, origin: "model", version, ...under };
}

function cellOf(entry: StateEntry): Cell {
  const newest = entry.value === undefined ? undefined : { value: entry.value, origin: entry.origin };
  return { newest, trusted: entry.origin === "model" ? entry.trusted : newest };
}
