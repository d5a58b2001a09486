import type { GestureName } from '../gestures.ts';

/** A gesture that has chosen something means nothing else until it has been away for so long, or has lasted on for so long. */
const awayNs = 150_000_000n;
const lastsNs = 1_500_000_000n;

/** The gesture that has just chosen from the menu: held on, it neither moves nor pauses anything. */
export class SpentGesture {
  #spent: { readonly gesture: GestureName; readonly sinceNs: bigint; seenNs: bigint } | undefined;

  /** Says that a gesture has chosen something. */
  spend(gesture: GestureName, nowNs: bigint): void {
    this.#spent = { gesture, sinceNs: nowNs, seenNs: nowNs };
  }

  /** Takes the next decision. @returns true when it is the spent gesture, held on */
  update(gesture: GestureName | undefined, nowNs: bigint): boolean {
    const spent = this.#spent;
    if (spent === undefined) return false;
    if (gesture === spent.gesture) spent.seenNs = nowNs;
    const isOver = nowNs - spent.seenNs >= awayNs || nowNs - spent.sinceNs >= lastsNs;
    if (isOver) this.#spent = undefined;
    return !isOver && gesture === spent.gesture;
  }
}
