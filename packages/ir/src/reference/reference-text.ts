import type { PathStep } from "../json/json-path.js";

/** A pointer into the output of an action. */
export interface Reference {
  readonly action_id: string;
  readonly path: readonly PathStep[];
  /** As written, without its mark: `a1.output.items[0].id`. */
  readonly text: string;
}

const PATH = String.raw`((?:\.[^\s.[\]{}]+|\[\d+\])*)`;
const BODY = String.raw`([A-Za-z0-9_-]+)\.output${PATH}`;
const STEP = /\.([^\s.[\]{}]+)|\[(\d+)\]/g;

/** A string that is wholly `$ID.output.path`. */
const WHOLE = new RegExp(`^\\$${BODY}$`);
/** The text of a `$ref`: `ID.output.path`. */
const BARE = new RegExp(`^${BODY}$`);

/** A fresh matcher for `${ID.output.path}` inside a longer string, and for its escaped form. */
export function embeddedPattern(): RegExp {
  return new RegExp(`(\\$?)\\$\\{${BODY}\\}`, "g");
}

/** Reads `.a[0].b` as its steps. */
export function parsePathText(text: string): readonly PathStep[] {
  return [...text.matchAll(STEP)].map(([, name, index]) => (index === undefined ? name! : Number(index)));
}

/** The reference that the whole of `text` is, or `undefined`. */
export function parseWhole(text: string): Reference | undefined {
  return toReference(WHOLE.exec(text));
}

/** The reference that the text of a `$ref` is, or `undefined`. */
export function parseBare(text: string): Reference | undefined {
  return toReference(BARE.exec(text));
}

/** Makes a reference of an action id and the text of its path. */
export function referenceOf(actionId: string, path: string): Reference {
  return { action_id: actionId, path: parsePathText(path), text: `${actionId}.output${path}` };
}

function toReference(match: RegExpExecArray | null): Reference | undefined {
  return match === null ? undefined : referenceOf(match[1]!, match[2]!);
}
