import type { JsonObject, StateEntry } from "@car/ir";
import type { StateView } from "@car/ir/ports";

/** Names from the thread down: `[thread, namespace, checkpoint, task]`, or the first few of them. */
export type Path = readonly string[];

/**
 * One key of the tree. Children are a chain, newest first: a node knows its newest child, and each child the one that
 * was there before it. So adding one writes the node and the child, however many others there are.
 */
export interface TreeNode {
  /** The newest child's name. */
  readonly last?: string;
  /** The name of the sibling that was the newest one before. */
  readonly previous?: string;
  /** What the node says for itself; a node may come into being without, because of a child. */
  readonly data?: JsonObject;
}

/** The tree as it is in one view, with changes that are not yet committed on top. */
export class CheckpointTree {
  readonly changes = new Map<string, StateEntry | undefined>();
  readonly #view: StateView;
  readonly #prefix: string;

  constructor(view: StateView, prefix: string) {
    this.#view = view;
    this.#prefix = prefix;
  }

  node(path: Path): TreeNode | undefined {
    const key = keyOf(this.#prefix, path);
    const entry = this.changes.has(key) ? this.changes.get(key) : this.#view.entry(key);
    return entry?.value as TreeNode | undefined;
  }

  /** What the node at `path` says for itself. The caller knows the shape, as it alone writes at that depth. */
  data<T extends object>(path: Path): T | undefined {
    return this.node(path)?.data as T | undefined;
  }

  /** Names of the children, newest first. */
  *children(path: Path): Generator<string, void> {
    for (let name = this.node(path)?.last; name !== undefined; name = this.node([...path, name])?.previous) yield name;
  }

  /** Names of all threads, in code-unit order. Looks at every key of the store. */
  threads(): readonly string[] {
    const names = this.#view.keys().filter((key) => key.startsWith(this.#prefix));
    return names
      .map((key) => key.slice(this.#prefix.length))
      .filter((name) => !name.includes("/"))
      .map(unescape);
  }

  /** Sets what the node at `path` says, and makes it and the nodes above it where they are missing. */
  put(path: Path, data: object): void {
    this.#write(path, { ...this.#ensure(path), data: data as JsonObject });
  }

  /** Removes a thread and everything below it. Only threads can go: nothing points to them. */
  removeThread(thread: string): void {
    this.#remove([thread]);
  }

  #remove(path: Path): void {
    for (const name of [...this.children(path)]) this.#remove([...path, name]);
    if (this.node(path) !== undefined) this.changes.set(keyOf(this.#prefix, path), undefined);
  }

  #ensure(path: Path): TreeNode {
    const known = this.node(path);
    if (known !== undefined) return known;
    const above = path.slice(0, -1);
    if (above.length === 0) return {};
    const parent = this.#ensure(above);
    this.#write(above, { ...parent, last: path[path.length - 1]! });
    const node: TreeNode = parent.last === undefined ? {} : { previous: parent.last };
    this.#write(path, node);
    return node;
  }

  #write(path: Path, node: TreeNode): void {
    const value = node as JsonObject;
    this.changes.set(keyOf(this.#prefix, path), { value, origin: "host", version: 0 });
  }
}

/** The keys that `CheckpointTree.put` of `path` may write. */
export function keysAbove(prefix: string, path: Path): readonly string[] {
  return path.map((_, index) => keyOf(prefix, path.slice(0, index + 1)));
}

/** Patterns of every key that a thread has. */
export function keysOfThread(prefix: string, thread: string): readonly string[] {
  const key = keyOf(prefix, [thread]);
  return [key, `${key}/*`];
}

function keyOf(prefix: string, path: Path): string {
  return prefix + path.map(escape).join("/");
}

/** A name as a part of a key: without the separator, and without the `*` that would make a lock on it a pattern. */
function escape(name: string): string {
  return name.replace(/[%/*]/g, (char) => `%${char.charCodeAt(0).toString(16)}`);
}

function unescape(part: string): string {
  return part.replace(/%(25|2f|2a)/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}
