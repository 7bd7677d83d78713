/** Vectors of length 1 by document number, in one array, with the signs of their members beside them. */
export interface VectorTable {
  readonly dim: number;
  /** Slots so far, emptied ones among them: a slot is not used twice. */
  readonly size: number;
  set(document: number, vector: Float32Array): void;
  remove(document: number): void;
  has(document: number): boolean;
  /** Documents by slot; -1 for an empty one. */
  documentAt(slot: number): number;
  /** Cosine of the vector in `slot` and a query of length 1. */
  cosine(slot: number, query: Float32Array): number;
  /** Cosine of the vectors in two slots. */
  between(left: number, right: number): number;
  /** How many signs of each slot differ from those given, slot by slot. */
  distances(signs: Uint32Array): Uint16Array;
}

interface Arrays {
  vectors: Float32Array;
  signs: Uint32Array;
}

/** An empty table. */
export function createVectorTable(dim: number): VectorTable {
  const words = Math.ceil(dim / 32);
  const slots = new Map<number, number>();
  const documents: number[] = [];
  const arrays: Arrays = { vectors: new Float32Array(dim * 64), signs: new Uint32Array(words * 64) };
  const remove = (document: number): void => {
    const slot = slots.get(document);
    if (slot === undefined) return;
    slots.delete(document);
    documents[slot] = -1;
    arrays.vectors.fill(0, slot * dim, (slot + 1) * dim);
    arrays.signs.fill(0, slot * words, (slot + 1) * words);
  };
  const cosine = (slot: number, query: Float32Array): number => product(arrays.vectors, slot * dim, query);
  return {
    dim,
    get size() {
      return documents.length;
    },
    set(document, vector) {
      remove(document);
      const slot = documents.push(document) - 1;
      slots.set(document, slot);
      grow(arrays, { slots: slot + 1, dim, words });
      const unit = unitOf(vector);
      arrays.vectors.set(unit, slot * dim);
      arrays.signs.set(signsOf(unit), slot * words);
    },
    remove,
    has: (document) => slots.has(document),
    documentAt: (slot) => documents[slot] ?? -1,
    cosine,
    between: (left, right) => cosine(left, arrays.vectors.subarray(right * dim, (right + 1) * dim)),
    distances: (wanted) => differences(arrays.signs, wanted, documents.length),
  };
}

function grow(arrays: Arrays, { slots, dim, words }: { slots: number; dim: number; words: number }): void {
  const { vectors, signs } = arrays;
  if (slots * dim <= vectors.length) return;
  const capacity = Math.max(slots, (vectors.length / dim) * 2);
  arrays.vectors = new Float32Array(capacity * dim);
  arrays.vectors.set(vectors);
  arrays.signs = new Uint32Array(capacity * words);
  arrays.signs.set(signs);
}

function product(vectors: Float32Array, from: number, query: Float32Array): number {
  let sum = 0;
  for (let at = 0; at < query.length; at += 1) sum += (vectors[from + at] ?? 0) * (query[at] ?? 0);
  return sum;
}

/** One flat loop: this is what a search over many vectors spends its time in. */
function differences(signs: Uint32Array, wanted: Uint32Array, slots: number): Uint16Array {
  const words = wanted.length;
  const found = new Uint16Array(slots);
  for (let slot = 0, at = 0; slot < slots; slot += 1) {
    let sum = 0;
    for (let word = 0; word < words; word += 1, at += 1) {
      let bits = (signs[at] ?? 0) ^ (wanted[word] ?? 0);
      bits -= (bits >>> 1) & 0x55555555;
      bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
      sum += Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
    }
    found[slot] = sum;
  }
  return found;
}

/** The vector at length 1; a zero vector stays one. */
export function unitOf(vector: Float32Array): Float32Array {
  let squares = 0;
  for (const member of vector) squares += member * member;
  const length = Math.sqrt(squares);
  return length === 0 ? vector : vector.map((member) => member / length);
}

/** One bit for each member: whether it is above 0. */
export function signsOf(vector: Float32Array): Uint32Array {
  const signs = new Uint32Array(Math.ceil(vector.length / 32));
  for (let at = 0; at < vector.length; at += 1) {
    if ((vector[at] ?? 0) > 0) signs[at >> 5] = (signs[at >> 5] ?? 0) | (1 << (at & 31));
  }
  return signs;
}
