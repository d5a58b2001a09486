import type { GestureMapping, GestureName } from '@efferent/emg';
import type { AxisView } from '../user/axis-pilot.ts';
import type { HandView } from './hand-view.ts';

/** One thing that gestures move, and in which mode. */
export interface Control {
  readonly mode: string;
  readonly plus: GestureName;
  readonly minus: GestureName;
  /** `linear`, `angular`, or a joint. */
  readonly moves: string;
}

/** Finds which gestures move the base (`linear`, `angular`) or a joint. @throws {@link Error} where none do */
export function controlOf(mapping: GestureMapping, moves: string): Control {
  for (const { name: mode, motions } of mapping.modes) {
    const entries = Object.entries(motions).flatMap(([gesture, motion]) => {
      if ('backOut' in motion || ('base' in motion ? motion.base : motion.joint) !== moves) return [];
      return [{ gesture: gesture as GestureName, sign: Math.sign(motion.topSpeed) }];
    });
    const plus = entries.find(({ sign }) => sign > 0)?.gesture;
    const minus = entries.find(({ sign }) => sign < 0)?.gesture;
    if (plus !== undefined && minus !== undefined) return { mode, plus, minus, moves };
  }
  throw new Error(`no gestures move ${moves} in both directions`);
}

/** Which gesture acts in a mode, e.g. goes to the next one. */
export function actionGesture(
  mapping: GestureMapping,
  mode: string,
  action: string,
): GestureName | undefined {
  const actions = mapping.modes.find(({ name }) => name === mode)?.actions ?? {};
  return Object.entries(actions).find(([, each]) => each === action)?.[0] as GestureName | undefined;
}

/** How fast what a control moves is seen to move, m/s or rad/s. */
export function speedOf({ moves }: Control, view: HandView): number {
  if (moves === 'linear') return view.baseSpeed.linear;
  if (moves === 'angular') return view.baseSpeed.angular;
  return view.jointSpeeds.get(moves) ?? 0;
}

/** An axis of {@link AxisPilot}: what a control has to go yet. */
export function axisOf(control: Control, view: HandView, error: number, tolerance: number): AxisView {
  const { plus, minus } = control;
  return { plus, minus, error, tolerance, velocity: speedOf(control, view) };
}
