/** A binary heap of action indices: the smallest comes out first. */
export class IndexHeap {
  private readonly items: number[] = [];

  get size(): number {
    return this.items.length;
  }

  /** Adds an index in O(log size). */
  push(index: number): void {
    const { items } = this;
    let at = items.push(index) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (items[parent]! <= index) break;
      items[at] = items[parent]!;
      at = parent;
    }
    items[at] = index;
  }

  /** The smallest index without taking it out; -1 when the heap is empty. */
  peek(): number {
    return this.items.length === 0 ? -1 : this.items[0]!;
  }

  /** Takes the smallest index out in O(log size); -1 when the heap is empty. */
  pop(): number {
    const { items } = this;
    if (items.length === 0) return -1;
    const top = items[0]!;
    const last = items.pop()!;
    if (items.length > 0) this.sink(last);
    return top;
  }

  /** Puts `value` in at the root and moves it down to where it belongs. */
  private sink(value: number): void {
    const { items } = this;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= items.length) break;
      if (child + 1 < items.length && items[child + 1]! < items[child]!) child++;
      if (items[child]! >= value) break;
      items[at] = items[child]!;
      at = child;
    }
    items[at] = value;
  }
}
