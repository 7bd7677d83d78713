import { isPrefixPattern } from "./key-pattern.js";

/** Stands for the end of an exact key among the first characters of labels. */
const END = -1;

/** A key, a `prefix*`, or a beginning that several of them share. Everything it covers stands below it. */
export interface KeyNode<V> {
  readonly parent: KeyNode<V> | undefined;
  readonly children: ReadonlyMap<number, KeyNode<V>>;
  readonly value: V;
}

/**
 * Keys and `prefix*` patterns by their beginnings: two of them overlap exactly when one stands on the other's way to the
 * root. Finding a place takes time in proportion to the length of the key, however many there are.
 */
export class KeyTree<V> {
  private readonly root: Node<V>;
  private readonly create: (below: V | undefined) => V;

  /** `create` makes the value of a new node, given that of the only node that will be below it, if there is one. */
  constructor(create: (below: V | undefined) => V) {
    this.create = create;
    this.root = new Node(undefined, { label: "", isExact: false, value: create(undefined) });
  }

  /** The node of a key or pattern; it is made when there is none. */
  at(pattern: string): KeyNode<V> {
    const isExact = !isPrefixPattern(pattern);
    const text = isExact ? pattern : pattern.slice(0, -1);
    let node = this.root;
    let at = 0;
    while (at < text.length || isExact) {
      const child = node.children.get(at < text.length ? text.charCodeAt(at) : END);
      if (child === undefined) return this.append(node, { label: text.slice(at), isExact });
      const shared = sharedLength(child.label, text, at);
      at += shared;
      if (child.isExact && isExact && shared === child.label.length && at === text.length) return child;
      node = shared === child.label.length && !child.isExact ? child : this.split(child, shared);
    }
    return node;
  }

  /** The deepest node that covers a key, or all keys of a pattern; it and those above it are all that do. */
  nearest(pattern: string): KeyNode<V> {
    const isExact = !isPrefixPattern(pattern);
    const text = isExact ? pattern : pattern.slice(0, -1);
    let node = this.root;
    for (let at = 0; at < text.length || isExact; at += node.label.length) {
      const child = node.children.get(at < text.length ? text.charCodeAt(at) : END);
      if (child === undefined || !text.startsWith(child.label, at)) return node;
      if (child.isExact) return isExact && at + child.label.length === text.length ? child : node;
      node = child;
    }
    return node;
  }

  /** Takes a node out that nothing stands below; the parts of the way to it that nothing else needs go too. */
  remove(leaf: KeyNode<V>, isUnused: (value: V) => boolean): void {
    let node = leaf as Node<V>;
    while (node.parent !== undefined && node.children.size === 0 && isUnused(node.value)) {
      const { parent } = node;
      parent.drop(node);
      node = parent;
    }
  }

  private append(parent: Node<V>, { label, isExact }: Pick<Node<V>, "label" | "isExact">): Node<V> {
    const node = new Node(parent, { label, isExact, value: this.create(undefined) });
    parent.adopt(node);
    return node;
  }

  /** Puts a node in that ends after the first `length` characters of the label of `lower`. */
  private split(lower: Node<V>, length: number): Node<V> {
    const upper = new Node(lower.parent, {
      label: lower.label.slice(0, length),
      isExact: false,
      value: this.create(lower.value),
    });
    lower.parent!.adopt(upper);
    lower.label = lower.label.slice(length);
    lower.parent = upper;
    upper.adopt(lower);
    return upper;
  }
}

const NO_CHILDREN: ReadonlyMap<number, never> = new Map<number, never>();

class Node<V> implements KeyNode<V> {
  parent: Node<V> | undefined;
  children: ReadonlyMap<number, Node<V>> = NO_CHILDREN;
  /** What its text adds to that of its parent. */
  label: string;
  readonly isExact: boolean;
  readonly value: V;

  constructor(parent: Node<V> | undefined, { label, isExact, value }: Pick<Node<V>, "label" | "isExact" | "value">) {
    this.parent = parent;
    this.label = label;
    this.isExact = isExact;
    this.value = value;
  }

  adopt(child: Node<V>): void {
    if (this.children === NO_CHILDREN) this.children = new Map();
    (this.children as Map<number, Node<V>>).set(firstOf(child.label), child);
  }

  drop(child: Node<V>): void {
    (this.children as Map<number, Node<V>>).delete(firstOf(child.label));
  }
}

function firstOf(label: string): number {
  return label === "" ? END : label.charCodeAt(0);
}

/** How many characters of `label` stand in `text` from `at` on. */
function sharedLength(label: string, text: string, at: number): number {
  if (text.startsWith(label, at)) return label.length;
  let length = 0;
  while (length < label.length && label.charCodeAt(length) === text.charCodeAt(at + length)) length++;
  return length;
}
