import type { GestureName } from '../gestures.ts';

/**
 * Attenuates speed after each change of decision, so that a single wrong window hardly moves the robot.
 *
 * One counter a gesture: it rises by one while the gesture is decided; every other counter falls by `decay`. Speed is
 * multiplied by counter / length.
 * @see Simon, Hargrove, Lock, Kuiken 2011, IEEE TBME 58:2360 (decision-based velocity ramp)
 */
export class VelocityRamp {
  readonly #counts = new Map<GestureName, number>();
  readonly #length: number;
  readonly #decay: number;

  /**
   * @param length - decisions until full speed
   * @param decay - how much faster a counter falls than it rises
   */
  constructor(length: number, decay: number) {
    this.#length = Math.max(1, length);
    this.#decay = decay;
  }

  /** Counts one decision; `undefined` is rest. Returns the factor for the decided gesture, [0, 1]. */
  update(decided: GestureName | undefined): number {
    for (const [gesture, count] of this.#counts) {
      if (gesture !== decided) this.#counts.set(gesture, Math.max(0, count - this.#decay));
    }
    if (decided === undefined) return 0;
    const count = Math.min(this.#length, (this.#counts.get(decided) ?? 0) + 1);
    this.#counts.set(decided, count);
    return count / this.#length;
  }
}
