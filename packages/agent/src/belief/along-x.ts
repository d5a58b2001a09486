import type { Vector3 } from '@efferent/core';

/** Points in the order of their x, so that those near a place are found without a look at all of them. */
export class AlongX<T extends { readonly positionM: Vector3 }> {
  readonly #items: readonly T[];

  constructor(items: readonly T[]) {
    this.#items = items.toSorted((a, b) => a.positionM[0] - b.positionM[0]);
  }

  /** Returns those whose x is within `reachM` of `x`, in the order of x; nothing else is nearer than that. */
  near(x: number, reachM: number): readonly T[] {
    const items = this.#items;
    const first = this.#firstFrom(x - reachM);
    let end = first;
    while (end < items.length && items[end]!.positionM[0] <= x + reachM) end += 1;
    return items.slice(first, end);
  }

  #firstFrom(x: number): number {
    let low = 0;
    let high = this.#items.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#items[middle]!.positionM[0] < x) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
