import type { Transform } from '@efferent/core';

/** Where one frame was in its parent over the last seconds. Times are nanoseconds since the buffer's epoch. */
export class FrameHistory {
  readonly parent: string;
  readonly isStatic: boolean;
  readonly #cacheNs: number;
  #times: number[] = [];
  #transforms: Transform[] = [];
  /** Entries before this one are too old. */
  #head = 0;

  constructor(parent: string, isStatic: boolean, cacheNs: number) {
    this.parent = parent;
    this.isStatic = isStatic;
    this.#cacheNs = cacheNs;
  }

  /** Newest time, or undefined while empty. */
  get newestNs(): number | undefined {
    return this.#times.at(-1);
  }

  get oldestNs(): number | undefined {
    return this.#times[this.#head];
  }

  add(timeNs: number, transform: Transform): void {
    if (this.isStatic) {
      this.#times = [timeNs];
      this.#transforms = [transform];
      return;
    }
    const newest = this.newestNs;
    if (newest === undefined || timeNs > newest) {
      this.#times.push(timeNs);
      this.#transforms.push(transform);
      this.#forgetBefore(timeNs - this.#cacheNs);
      return;
    }
    if (timeNs < newest - this.#cacheNs) return;
    const index = this.#firstAtOrAfter(timeNs);
    const replaces = this.#times[index] === timeNs ? 1 : 0;
    this.#times.splice(index, replaces, timeNs);
    this.#transforms.splice(index, replaces, transform);
  }

  /** Returns the transform at a time, interpolated between its neighbours; undefined outside of what is kept. */
  at(timeNs: number): Transform | undefined {
    if (this.isStatic) return this.#transforms[0];
    const index = this.#firstAtOrAfter(timeNs);
    const laterNs = this.#times[index];
    if (laterNs === undefined) return undefined;
    const later = this.#transforms[index]!;
    if (laterNs === timeNs) return later;
    if (index === this.#head) return undefined;
    const earlierNs = this.#times[index - 1]!;
    return this.#transforms[index - 1]!.interpolate(later, (timeNs - earlierNs) / (laterNs - earlierNs));
  }

  #forgetBefore(timeNs: number): void {
    while (this.#times[this.#head]! < timeNs) this.#head++;
    if (this.#head < 512) return;
    this.#times = this.#times.slice(this.#head);
    this.#transforms = this.#transforms.slice(this.#head);
    this.#head = 0;
  }

  #firstAtOrAfter(timeNs: number): number {
    let low = this.#head;
    let high = this.#times.length;
    // Lookups are mostly near the newest entry.
    if (high > low && this.#times[high - 1]! < timeNs) return high;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#times[middle]! < timeNs) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
