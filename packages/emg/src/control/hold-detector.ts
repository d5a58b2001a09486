import type { GestureName } from '../gestures.ts';

/** Measures how long the current gesture has been decided without a break. */
export class HoldDetector {
  #gesture: GestureName | undefined;
  #sinceNs = 0n;
  #fired = false;

  /** Takes the next decision; `undefined` is rest. */
  update(gesture: GestureName | undefined, nowNs: bigint): void {
    if (gesture === this.#gesture) return;
    this.#gesture = gesture;
    this.#sinceNs = nowNs;
    this.#fired = false;
  }

  /** Tells true once a hold: when `gesture` has just been held for `holdS`. It must end before it can fire again. */
  firesFor(gesture: GestureName, holdS: number, nowNs: bigint): boolean {
    if (this.#gesture !== gesture || this.#fired) return false;
    if (Number(nowNs - this.#sinceNs) < holdS * 1e9) return false;
    this.#fired = true;
    return true;
  }
}
