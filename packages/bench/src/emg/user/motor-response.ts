import type { Rng } from '@efferent/core';
import type { GestureName } from '@efferent/emg';

/** What a person wants their forearm to do. */
export interface MuscleAction {
  readonly gesture: GestureName;
  /** Fraction of a maximal contraction, [0, 1]; ignored for `rest`. */
  readonly effort: number;
}

/** From seeing to doing: mean and spread of a visual choice reaction, and its ends, s. */
const reactionS = { mean: 0.25, spread: 0.06, least: 0.1, most: 0.5 } as const;
/** Gestures that come out as another one. */
const wrongShare = 0.03;
/** A wrong gesture is felt and let go after so long, s; one more reaction later it is made again, right. */
const wrongForS = 0.5;
const resting: MuscleAction = { gesture: 'rest', effort: 0 };

/**
 * The hand of the simulated user. FROZEN since 2026-11-29, before any assistance was tuned.
 *
 * Whatever is wanted happens 250 ± 60 ms later, in the order in which it was wanted; 3 % of the gestures come out as
 * another one. It acts through `perform` alone, which moves the muscles of a synthetic forearm.
 */
export class MotorResponse {
  readonly #rng: Rng;
  readonly #gestures: readonly GestureName[];
  readonly #perform: (action: MuscleAction) => void;
  readonly #due: { readonly atS: number; readonly action: MuscleAction }[] = [];
  #wanted = resting;
  #performed = resting;
  #sinceS = 0;
  #redo: MuscleAction | undefined;
  #lastS = Number.NaN;
  /** Gestures that were made, wrong ones among them. */
  gestureCount = 0;
  wrongCount = 0;
  /** Time during which the forearm did something, s. */
  activationS = 0;

  /** @param gestures - what this person can make; wrong gestures are drawn from these */
  constructor(rng: Rng, gestures: readonly GestureName[], perform: (action: MuscleAction) => void) {
    this.#rng = rng;
    this.#gestures = gestures.filter((gesture) => gesture !== 'rest');
    this.#perform = perform;
  }

  /** What the muscles were last told, and since when, s. */
  get performed(): MuscleAction & { readonly sinceS: number } {
    return { ...this.#performed, sinceS: this.#sinceS };
  }

  /** Takes what the person wants now; call it at every look at the screen, some 20 times a second. */
  want(action: MuscleAction, nowS: number): void {
    if (this.#performed.gesture !== 'rest' && this.#lastS < nowS) this.activationS += nowS - this.#lastS;
    this.#lastS = nowS;
    if (action.gesture !== this.#wanted.gesture || Math.abs(action.effort - this.#wanted.effort) > 0.1) {
      this.#wanted = action;
      const { mean, spread, least, most } = reactionS;
      const delayS = Math.min(most, Math.max(least, this.#rng.normal(mean, spread)));
      this.#due.push({ atS: Math.max(nowS + delayS, this.#due.at(-1)?.atS ?? 0), action });
    }
    for (let next = this.#due[0]; next !== undefined && next.atS <= nowS; next = this.#due[0]) {
      this.#due.shift();
      this.#make(next.action, nowS);
    }
    if (this.#redo !== undefined && nowS - this.#sinceS >= wrongForS) this.#correct(this.#redo, nowS);
  }

  /** Makes a gesture, or another one by mistake. */
  #make(action: MuscleAction, nowS: number): void {
    this.#redo = undefined;
    if (action.gesture === 'rest' || action.gesture === this.#performed.gesture) {
      this.#tell(action, nowS);
      return;
    }
    this.gestureCount += 1;
    const others = this.#gestures.filter((gesture) => gesture !== action.gesture);
    const isWrong = others.length > 0 && this.#rng.chance(wrongShare);
    if (!isWrong) {
      this.#tell(action, nowS);
      return;
    }
    this.wrongCount += 1;
    this.#redo = action;
    this.#tell({ ...action, gesture: this.#rng.pick(others) }, nowS);
  }

  /** Lets a wrong gesture go, and makes the right one after one more reaction. */
  #correct(action: MuscleAction, nowS: number): void {
    this.#redo = undefined;
    this.#tell(resting, nowS);
    if (this.#due.length === 0) this.#due.push({ atS: nowS + reactionS.mean, action });
  }

  #tell(action: MuscleAction, nowS: number): void {
    this.#performed = action;
    this.#sinceS = nowS;
    this.#perform(action);
  }
}
