/** A binary heap of action indices: the smallest comes out first. */
export class IndexHeap {
  /** The first `size` places are in use. */
  private readonly items: number[];
  private count = 0;

  /** `room`: how many indices it is made for; it takes more. */
  constructor(room = 0) {
    this.items = new Array<number>(room);
  }

  get size(): number {
    return this.count;
  }

  /** Adds an index in O(log size). */
  push(index: number): void {
    const { items } = this;
    let at = this.count++;
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
    return this.count === 0 ? -1 : this.items[0]!;
  }

  /** Takes the smallest index out in O(log size); -1 when the heap is empty. */
  pop(): number {
    if (this.count === 0) return -1;
    const top = this.items[0]!;
    const last = this.items[--this.count]!;
    if (this.count > 0) this.sink(last);
    return top;
  }

  /** Puts `value` in at the root and moves it down to where it belongs. */
  private sink(value: number): void {
    const { items, count } = this;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= count) break;
      if (child + 1 < count && items[child + 1]! < items[child]!) child++;
      if (items[child]! >= value) break;
      items[at] = items[child]!;
      at = child;
    }
    items[at] = value;
  }
}
