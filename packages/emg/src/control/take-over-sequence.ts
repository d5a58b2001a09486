import type { GestureName } from '../gestures.ts';
import type { TakeOverSettings } from './gesture-mapping.ts';
import { HoldDetector } from './hold-detector.ts';

/** Transitions between gestures look like others for a moment; only one held this long is meant, s. */
const disarmingHoldS = 0.3;

/**
 * Recognises what a person wants while the agent has the robot: the held, confirmed gesture that takes it over (the first
 * gesture held without a break, then the confirming one held within a time; holding any third one starts it afresh), or the held
 * gesture that lets a paused agent go on.
 */
export class TakeOverSequence {
  readonly #settings: TakeOverSettings;
  readonly #hold = new HoldDetector();
  #armedNs: bigint | undefined;

  constructor(settings: TakeOverSettings) {
    this.#settings = settings;
  }

  reset(): void {
    this.#armedNs = undefined;
    this.#hold.reset();
  }

  /** Takes a decision, `undefined` for rest; tells what was asked for when a gesture has been held long enough. */
  update(gesture: GestureName | undefined, nowNs: bigint): 'take-over' | 'hand-back' | undefined {
    const {
      gesture: first,
      confirmGesture,
      holdS,
      confirmHoldS,
      confirmWithinS,
      resumeGesture,
      resumeHoldS,
    } = this.#settings;
    this.#hold.update(gesture, nowNs);
    if (this.#armedNs !== undefined && Number(nowNs - this.#armedNs) > confirmWithinS * 1e9)
      this.#armedNs = undefined;
    if (this.#armedNs !== undefined && this.#hold.firesFor(confirmGesture, confirmHoldS, nowNs)) {
      this.reset();
      return 'take-over';
    }
    if (this.#hold.firesFor(resumeGesture, resumeHoldS, nowNs)) return 'hand-back';
    if (this.#hold.firesFor(first, holdS, nowNs)) this.#armedNs = nowNs;
    else if (this.#isOther(gesture) && this.#hold.heldS(nowNs) >= disarmingHoldS) this.#armedNs = undefined;
    return undefined;
  }

  #isOther(gesture: GestureName | undefined): boolean {
    return (
      gesture !== undefined && gesture !== this.#settings.gesture && gesture !== this.#settings.confirmGesture
    );
  }
}
