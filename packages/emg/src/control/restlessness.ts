/** A contraction that is shorter is the edge of another one, ns. */
const shortestNs = 200_000_000n;
/** A contraction that lasts longer than any choice takes says that nothing is meant by it, ns. */
const longestNs = 2_500_000_000n;
/** Rest that ends it, ns. */
const quietNs = 5_000_000_000n;

/**
 * Tells a forearm that is moved about from one that chooses. Somebody who is lifted or talks contracts now and then, and what is
 * lit by chance would be chosen; somebody who chooses contracts for nothing else.
 */
export class Restlessness {
  #sinceNs: bigint | undefined;
  #hasChosen = false;
  #untilNs = 0n;
  #nowNs = 0n;

  /** Whether the forearm did something for nothing a moment ago. */
  get isRestless(): boolean {
    return this.#nowNs < this.#untilNs;
  }

  /** Says that what the forearm does now has led somewhere. */
  choose(): void {
    this.#hasChosen = true;
  }

  /** Takes the next decision: a gesture, rest, or neither where nobody can tell. */
  update(isGesture: boolean, isRest: boolean, nowNs: bigint): void {
    this.#nowNs = nowNs;
    if (isGesture) this.#sinceNs ??= nowNs;
    const isLong = this.#sinceNs !== undefined && nowNs - this.#sinceNs > longestNs;
    if (isLong && !this.#hasChosen) this.#untilNs = nowNs + quietNs;
    if (!isRest) return;
    const forNs = this.#sinceNs === undefined ? 0n : nowNs - this.#sinceNs;
    if (forNs > shortestNs && !this.#hasChosen) this.#untilNs = nowNs + quietNs;
    this.#sinceNs = undefined;
    this.#hasChosen = false;
  }
}
