import type { GestureName } from '@efferent/emg';
import type { GestureHabit } from './gesture-habit.ts';
import type { MuscleAction } from './motor-response.ts';

/** What the screen shows of a menu. */
export interface MenuView {
  readonly choices: readonly string[];
  readonly lit: number;
  /** How much of its time the lit choice has had, [0, 1]. */
  readonly progress: number;
}

/** The lit choice is taken only early in its time: what is begun late comes too late. */
const earlyProgress = 0.4;

/** What leads out of a stop, in the order in which it is looked for. */
export const rearmingLabels: readonly string[] = [
  'yes, re-arm',
  're-arm',
  'yes, resume',
  'resume after Stop',
];

/**
 * How the simulated user takes a choice from the menu: waits until it is lit, and makes the gesture until the choices change.
 * FROZEN since 2026-11-29, before any assistance was tuned.
 *
 * @param label - what to take; nothing without one
 * @param gesture - the gesture that takes the lit choice
 */
export function takeChoice(
  habit: GestureHabit,
  { choices, lit, progress }: MenuView,
  label: string | undefined,
  gesture: GestureName,
  nowS: number,
): MuscleAction {
  if (label === undefined) return habit.relax(nowS);
  if (!habit.isPressing && (choices[lit] !== label || progress > earlyProgress)) return habit.relax(nowS);
  return habit.press(gesture, choices.join('|'), nowS);
}
