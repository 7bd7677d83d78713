/** A binary heap of action indices: the smallest comes out first. A single index needs no heap, and most have no more. */
export class IndexHeap {
  /** The only index; -1 when there is none, or more than one. */
  private lone = -1;
  /** The first `count` places are in use, unless there is a lone index. */
  private items: number[] | undefined = undefined;
  private count = 0;
  private readonly room: number;

  /** `room`: how many there may be at once, if that is known; a list that grows is made anew several times. */
  constructor(room = 0) {
    this.room = room;
  }

  get size(): number {
    return this.lone < 0 ? this.count : 1;
  }

  /** Adds an index in O(log size). */
  push(index: number): void {
    const { lone } = this;
    if (lone < 0 && this.count === 0) {
      this.lone = index;
      return;
    }
    if (lone >= 0) {
      this.lone = -1;
      this.rise(lone);
    }
    this.rise(index);
  }

  /** The smallest index without taking it out; -1 when the heap is empty. */
  peek(): number {
    if (this.lone >= 0 || this.count === 0) return this.lone;
    return this.items![0]!;
  }

  /** Takes the smallest index out in O(log size); -1 when the heap is empty. */
  pop(): number {
    const top = this.peek();
    if (this.lone >= 0) this.lone = -1;
    else if (this.count > 0) {
      const last = this.items![--this.count]!;
      if (this.count > 0) this.sink(last);
    }
    return top;
  }

  /** Puts `index` in at the end and moves it up to where it belongs. */
  private rise(index: number): void {
    const items = (this.items ??= new Array<number>(this.room));
    let at = this.count++;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (items[parent]! <= index) break;
      items[at] = items[parent]!;
      at = parent;
    }
    items[at] = index;
  }

  /** Puts `value` in at the root and moves it down to where it belongs. */
  private sink(value: number): void {
    const { count } = this;
    const items = this.items!;
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
