import { type AssistSettings, type Help, noHelp, type Surroundings } from './assist-types.ts';
import { slowBefore } from './drive-clearance.ts';
import type { GestureMotion } from './gesture-mapping.ts';
import { leadHand } from './hand-guidance.ts';

/**
 * Helps a motion that a person holds: it slows the base before what the laser sees, and leads a reaching hand
 * to the middle of the nearest detected thing, along its axis. It never begins a motion, never makes one faster, and never keeps one
 * from leading away.
 *
 * @param velocity - wanted, signed, m/s or rad/s
 */
export function assist(
  settings: AssistSettings,
  seen: Surroundings,
  motion: GestureMotion,
  velocity: number,
): Help {
  if ('backOut' in motion || velocity === 0) return noHelp;
  if ('base' in motion) return slowBefore(settings, seen, motion.base, velocity);
  if (motion.joint !== settings.reachJoint || velocity < 0) return noHelp;
  return leadHand(settings, seen, velocity);
}
