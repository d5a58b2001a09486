import type { GestureName } from '@efferent/emg';
import { GestureHabit } from './gesture-habit.ts';
import type { MuscleAction } from './motor-response.ts';

/** One thing that two gestures move, as the screen shows it. */
export interface AxisView {
  /** What moves it up, and down. */
  readonly plus: GestureName;
  readonly minus: GestureName;
  /** How far it has to go, m or rad. */
  readonly error: number;
  /** How fast it goes now, m/s or rad/s. */
  readonly velocity: number;
  /** It is there when the error is smaller, m or rad. */
  readonly tolerance: number;
}

/** From letting go to standing still: reaction, relaxation, decoding; what a practised person reckons with, s. */
const lagS = 0.45;
/** A person aims well inside of what is asked for. */
const aim = 0.5;
/** Farther than so many tolerances away the person goes fast. */
const farTolerances = 3;
const firmly = 0.6;
const gently = 0.4;
/** A gesture that the screen shows as another one for so long is let go and made again, s. */
const doubtS = 1;

/**
 * How the simulated user brings something where it belongs by holding gestures, one axis after the other: the farther one
 * first, letting go early enough. FROZEN since 2026-11-29, before any assistance was tuned.
 */
export class AxisPilot {
  readonly #habit = new GestureHabit();
  #holding: { readonly index: number; readonly sign: number; doubtedS: number } | undefined;

  /** @param shown - the gesture that the screen shows as decided */
  decide(axes: readonly AxisView[], shown: string, nowS: number): MuscleAction {
    const holding = this.#holding;
    const held = holding === undefined ? undefined : axes[holding.index];
    if (holding !== undefined && held !== undefined) {
      const gesture = holding.sign > 0 ? held.plus : held.minus;
      if (shown === gesture) holding.doubtedS = nowS;
      const ahead = holding.sign * (held.error - held.velocity * lagS);
      if (ahead > 0 && nowS - holding.doubtedS < doubtS)
        return this.#habit.hold(gesture, effortFor(held), nowS);
      this.#holding = undefined;
      return this.#habit.relax(nowS);
    }
    const index = farthest(axes);
    const axis = axes[index];
    if (axis === undefined) return this.#habit.relax(nowS);
    const sign = Math.sign(axis.error);
    const action = this.#habit.hold(sign > 0 ? axis.plus : axis.minus, effortFor(axis), nowS);
    if (action.gesture !== 'rest') this.#holding = { index, sign, doubtedS: nowS };
    return action;
  }
}

/** The axis that is most tolerances away and comes to rest outside of what is aimed at, or -1. */
function farthest(axes: readonly AxisView[]): number {
  let best = -1;
  let most = aim;
  for (const [i, { error, velocity, tolerance }] of axes.entries()) {
    const share = Math.abs(error - velocity * lagS) / tolerance;
    if (share <= most) continue;
    best = i;
    most = share;
  }
  return best;
}

const effortFor = ({ error, tolerance }: AxisView): number =>
  Math.abs(error) > farTolerances * tolerance ? firmly : gently;
