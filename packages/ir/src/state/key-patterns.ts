import { type KeyNode, KeyTree } from "./key-tree.js";

/** A set of keys and `prefix*` patterns. Asking it takes time in proportion to the length of the key. */
export class KeyPatterns {
  private readonly tree = new KeyTree<{ isMember: boolean }>(() => ({ isMember: false }));

  /** Adds a key or a pattern. */
  add(pattern: string): void {
    this.tree.at(pattern).value.isMember = true;
  }

  /** True when a member covers the key; of a pattern, when one member covers all its keys. */
  covers(pattern: string): boolean {
    let node: KeyNode<{ isMember: boolean }> | undefined = this.tree.nearest(pattern);
    while (node !== undefined && !node.value.isMember) node = node.parent;
    return node !== undefined;
  }
}
