import type { GestureName } from '../gestures.ts';

/** A hold goes on over a break of rest or rejection up to this long: one or two unsure windows, ns. */
const tolerableBreakNs = 100_000_000n;

/** Measures how long the current gesture has been decided. */
export class HoldDetector {
  #gesture: GestureName | undefined;
  #sinceNs = 0n;
  #lastSeenNs = 0n;
  #fired = false;

  /** Takes the next decision; `undefined` is rest. */
  update(gesture: GestureName | undefined, nowNs: bigint): void {
    const isBreak = gesture === undefined && nowNs - this.#lastSeenNs <= tolerableBreakNs;
    if (gesture === this.#gesture) this.#lastSeenNs = nowNs;
    else if (!isBreak) this.#begin(gesture, nowNs);
  }

  /** Forgets the current hold. */
  reset(): void {
    this.#begin(undefined, 0n);
  }

  /** Tells true once a hold: when `gesture` has just been held for `holdS`. It must end before it can fire again. */
  firesFor(gesture: GestureName, holdS: number, nowNs: bigint): boolean {
    if (this.#gesture !== gesture || this.#fired || this.#lastSeenNs !== nowNs) return false;
    if (Number(nowNs - this.#sinceNs) < holdS * 1e9) return false;
    this.#fired = true;
    return true;
  }

  /** Takes the current hold as used: it must end before another can fire. */
  use(): void {
    this.#fired = true;
  }

  /** Returns how long the current gesture has been held, s. */
  heldS(nowNs: bigint): number {
    return Number(nowNs - this.#sinceNs) / 1e9;
  }

  #begin(gesture: GestureName | undefined, nowNs: bigint): void {
    this.#gesture = gesture;
    this.#sinceNs = nowNs;
    this.#lastSeenNs = nowNs;
    this.#fired = false;
  }
}
