/**
 * Order of single-switch scanning: one target after another is offered, and one action chooses the offered one.
 *
 * Works on whatever targets there are now, so that a question that appears comes next in the cycle.
 */
export class ScanCycle<Target> {
  readonly #targets: () => readonly Target[];
  #offered: Target | undefined;

  /** @param targets - the targets in order, most urgent first */
  constructor(targets: () => readonly Target[]) {
    this.#targets = targets;
  }

  get offered(): Target | undefined {
    return this.#offered;
  }

  /** Offers the next target and returns it; undefined when there is none. */
  advance(): Target | undefined {
    const targets = this.#targets();
    const index = this.#offered === undefined ? -1 : targets.indexOf(this.#offered);
    this.#offered = targets[(index + 1) % Math.max(1, targets.length)];
    return this.#offered;
  }

  /** Starts over, so that the most urgent target is offered next. */
  restart(): void {
    this.#offered = undefined;
  }
}
