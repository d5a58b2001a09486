import type { MuscleAction } from './motor-response.ts';

/** The first of the two is held so long, and so long the forearm rests before the second, s. */
const clickS = 0.35;
const pauseS = 0.5;

const rest: MuscleAction = { gesture: 'rest', effort: 0 };

/**
 * How the simulated user begins a motion where the screen says that its gesture has to be made twice: shortly, and then held. A
 * motion that was begun with one and comes to where it takes two is let go and begun again. FROZEN since 2026-11-29.
 */
export class TwiceHabit {
  #gesture = 'rest';
  #sinceS = 0;
  /** From `#sinceS` on: the first of the two, a pause after it, and the hold; or the hold at once. */
  #isTwice = false;

  /**
   * @param wanted - what is to be held
   * @param beginsTwice - what the screen says of motions
   */
  make(wanted: MuscleAction, beginsTwice: boolean, nowS: number): MuscleAction {
    const isNew = wanted.gesture !== this.#gesture;
    if (isNew || (beginsTwice && !this.#isTwice && wanted.gesture !== 'rest')) {
      this.#sinceS = isNew ? nowS : nowS + pauseS;
      this.#gesture = wanted.gesture;
      this.#isTwice = beginsTwice;
    }
    if (!this.#isTwice) return wanted;
    const forS = nowS - this.#sinceS;
    const isPause = forS < 0 || (forS >= clickS && forS < clickS + pauseS);
    return isPause ? rest : wanted;
  }
}
