import type { GestureName } from '@efferent/emg';
import type { AxisView } from '../user/axis-pilot.ts';
import { axisOf, type Control, speedOf } from './hand-controls.ts';
import type { HandView } from './hand-view.ts';

/** How fast everything goes: a name of the mapping's levels. */
export type Level = 'coarse' | 'fine';

/** What a person who drives by hand wants of one moment. */
export type StageStep =
  | { readonly kind: 'move'; readonly mode: string; readonly axis: AxisView }
  | { readonly kind: 'hold'; readonly mode: string; readonly gesture: GestureName; readonly effort: number }
  | { readonly kind: 'done' };

/** One thing to be done by one control, e.g. the lift to a height. */
export interface Stage {
  readonly name: string;
  step(view: HandView): StageStep;
  /** Tries before the person goes on with the next thing, when something does not move any more. */
  readonly patience: number;
  /** Whichever is set without it. */
  readonly level?: Level;
}

/** Slower than this something stands still, m/s or rad/s. */
const stillness = 0.008;

export interface MoveOptions {
  readonly name: string;
  readonly control: Control;
  /** How far it has to go now, m or rad; undefined when nothing shows it. */
  readonly error: (view: HandView) => number | undefined;
  readonly tolerance: number;
  /** Tries against something that does not give way; 3 without it. */
  readonly patience?: number;
  readonly level?: Level;
}

/** Brings one control to where an error is within a tolerance, and still. */
export function moveStage({ name, control, error, tolerance, patience = 3, level }: MoveOptions): Stage {
  return {
    name,
    patience,
    ...(level === undefined ? {} : { level }),
    step(view) {
      const left = error(view);
      if (left === undefined) return { kind: 'done' };
      const isThere = Math.abs(left) <= tolerance && Math.abs(speedOf(control, view)) < stillness;
      if (isThere) return { kind: 'done' };
      return { kind: 'move', mode: control.mode, axis: axisOf(control, view, left, tolerance) };
    },
  };
}

/** Brings a joint to a position. */
export function jointStage(control: Control, target: number, tolerance: number): Stage {
  return moveStage({
    name: `${control.moves} to ${target.toFixed(2)}`,
    control,
    error: ({ joints }) => target - (joints.get(control.moves) ?? target),
    tolerance,
  });
}

/** The fingers have met something, or are shut, when they have not moved for so long, s. */
const metS = 0.9;
const metM = 0.0015;
/** Fingers that never moved are given up after so long, with the way to their mode, s. */
const stuckS = 12;
const firmly = 0.6;

/** Closes the fingers until they do not move any more. */
export function closeStage(control: Control): Stage {
  let last = Number.NaN;
  let movedAtS = Number.NaN;
  let hasMoved = false;
  return {
    name: 'close the fingers',
    patience: 1,
    step(view) {
      const now = view.joints.get(control.moves) ?? 0;
      if (Number.isNaN(last) || Math.abs(now - last) > metM) {
        hasMoved = !Number.isNaN(last);
        last = now;
        movedAtS = view.nowS;
      }
      if (view.nowS - movedAtS > (hasMoved ? metS : stuckS)) return { kind: 'done' };
      return { kind: 'hold', mode: control.mode, gesture: control.minus, effort: firmly };
    },
  };
}
