import type { GestureName } from '@efferent/emg';
import type { MuscleAction } from './motor-response.ts';

/** Firm enough for the decoder and not tiring. */
const usualEffort = 0.5;
/** Between two gestures the forearm rests so long, s: decoder and menu want to see it. */
const pauseS = 0.7;
/** A gesture that shows nothing is given up and tried again, s. */
const patienceS = 2.2;

const rest: MuscleAction = { gesture: 'rest', effort: 0 };

/**
 * How the simulated user makes one gesture after the other: holds it until the screen shows that it did something, or for
 * some 2 s, and rests in between. FROZEN since 2026-11-29, before any assistance was tuned.
 */
export class GestureHabit {
  #pressing: { readonly gesture: GestureName; readonly shown: string; readonly sinceS: number } | undefined;
  #restUntilS = 0;

  /**
   * Goes on with a gesture, or begins it.
   *
   * @param shown - what of the screen the gesture is to change
   * @returns what is wanted of the muscles now
   */
  press(gesture: GestureName, shown: string, nowS: number): MuscleAction {
    if (nowS < this.#restUntilS) return rest;
    this.#pressing ??= { gesture, shown, sinceS: nowS };
    const { gesture: held, shown: before, sinceS } = this.#pressing;
    if (shown !== before || held !== gesture || nowS - sinceS > patienceS) return this.relax(nowS);
    return { gesture, effort: usualEffort };
  }

  /** Holds a gesture that moves something. */
  hold(gesture: GestureName, effort: number, nowS: number): MuscleAction {
    if (nowS < this.#restUntilS) return rest;
    if (this.#pressing !== undefined && this.#pressing.gesture !== gesture) return this.relax(nowS);
    this.#pressing ??= { gesture, shown: '', sinceS: nowS };
    return { gesture, effort };
  }

  /** True while a gesture is being made. */
  get isPressing(): boolean {
    return this.#pressing !== undefined;
  }

  /** Rests, and pauses after whatever was made. */
  relax(nowS: number): MuscleAction {
    if (this.#pressing !== undefined) this.#restUntilS = nowS + pauseS;
    this.#pressing = undefined;
    return rest;
  }
}
