import type { GestureName } from '../gestures.ts';

/** The first of the two may last so long, ns: what is longer is no beginning, but a hold. */
const longestClickNs = 900_000_000n;
/** Between the two the forearm rests for so long, ns. */
const leastRestNs = 200_000_000n;
const longestRestNs = 1_300_000_000n;
/** A contraction that is shorter is a window that was taken for something else, ns. */
const noiseNs = 100_000_000n;
/** The second is over when its gesture was away for so long, or when another one is decided after so long, ns. */
const longestAwayNs = 300_000_000n;
const otherNs = 150_000_000n;
/** Of the decisions of the first contraction so many are for its gesture: as it begins and ends it looks like others. */
const leastShare = 0.7;

/**
 * Tells holds that were begun deliberately from those that were not: the gesture is made shortly, let go and made again. A spasm
 * is one contraction, however long; a movement of talking is one, however like the gesture. What has already done
 * something, such as choosing from a menu, begins nothing.
 */
export class DeliberateStart {
  /** The contraction that goes on, until the forearm rests. */
  #contraction: Contraction | undefined;
  /** The first of the two, and when it was over. */
  #click: { readonly gesture: GestureName; readonly endNs: bigint } | undefined;
  #restNs = 0n;
  #lastNs = 0n;
  #gesture: GestureName | undefined;

  /** Whether something is being made that has done nothing yet, or the second of two may come of a gesture. */
  isAwaited(gesture: GestureName): boolean {
    if (this.#contraction !== undefined) return !this.#contraction.isUsed;
    return this.#click?.gesture === gesture && this.#lastNs - this.#click.endNs <= longestRestNs;
  }

  /** Whether the gesture that is decided now belongs to a contraction that is the second of two. */
  get isDeliberate(): boolean {
    const { gesture, endNs } = this.#click ?? {};
    if (gesture === undefined || endNs === undefined || this.#contraction === undefined) return false;
    return this.#gesture === gesture && this.#contraction.startNs - endNs <= longestRestNs;
  }

  /** Forgets the first of two: what it was made for is no longer there. */
  forget(): void {
    this.#click = undefined;
  }

  /** Says that what is held now has done something: it is no first of two. */
  use(): void {
    if (this.#contraction !== undefined) this.#contraction.isUsed = true;
  }

  /**
   * Takes the next decision.
   *
   * @param gesture - undefined for rest and for what was rejected
   * @param isRest - decided, and rest
   */
  update(gesture: GestureName | undefined, isRest: boolean, nowNs: bigint): void {
    this.#gesture = gesture;
    this.#restNs = isRest ? this.#restNs + (nowNs - this.#lastNs) : 0n;
    this.#lastNs = nowNs;
    if (gesture !== undefined) {
      this.#contraction ??= new Contraction(nowNs);
      this.#contraction.add(gesture, nowNs);
    }
    if (this.#click !== undefined && this.#contraction?.isGoneFrom(this.#click.gesture, nowNs) === true)
      this.#click = undefined;
    if (gesture === undefined && this.#contraction !== undefined && this.#restNs >= leastRestNs)
      this.#end(this.#contraction);
  }

  #end(contraction: Contraction): void {
    this.#contraction = undefined;
    const lastedNs = contraction.lastNs - contraction.startNs;
    if (lastedNs < noiseNs) return;
    const gesture = contraction.isUsed || lastedNs > longestClickNs ? undefined : contraction.gesture;
    this.#click = gesture && { gesture, endNs: contraction.lastNs };
  }
}

class Contraction {
  readonly startNs: bigint;
  lastNs: bigint;
  isUsed = false;
  readonly #counts = new Map<GestureName, number>();
  readonly #lastNs = new Map<GestureName, bigint>();
  #newest: GestureName | undefined;
  #count = 0;

  constructor(nowNs: bigint) {
    this.startNs = nowNs;
    this.lastNs = nowNs;
  }

  add(gesture: GestureName, nowNs: bigint): void {
    this.lastNs = nowNs;
    this.#count++;
    this.#newest = gesture;
    this.#lastNs.set(gesture, nowNs);
    this.#counts.set(gesture, (this.#counts.get(gesture) ?? 0) + 1);
  }

  /** Whether this is, or has turned into, something else than a gesture. */
  isGoneFrom(gesture: GestureName, nowNs: bigint): boolean {
    const lastNs = this.#lastNs.get(gesture);
    const awayNs = nowNs - (lastNs ?? this.startNs);
    if (awayNs > longestAwayNs) return true;
    return lastNs !== undefined && this.#newest !== gesture && awayNs >= otherNs;
  }

  /** What most of its decisions say; undefined where they disagree. */
  get gesture(): GestureName | undefined {
    for (const [gesture, count] of this.#counts) if (count >= leastShare * this.#count) return gesture;
    return undefined;
  }
}
