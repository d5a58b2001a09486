import { wrapAngle } from '@efferent/core';
import { type AssistSettings, type Help, noHelp, type SeenThing, type Surroundings } from './assist-types.ts';

/** A thing beside the way of the hand by more than this is not what the person reaches for, m. */
const mostBesideM = 0.12;
const mostAboveM = 0.15;
/** Nearer than this the hand is about the thing, and nothing is corrected any more, m. */
const leastAheadM = 0.02;
/** Corrections are never faster than this, m/s and rad/s; and not slower than the reach allows. */
const mostCorrectionMps = 0.06;
const mostTurnRadps = 0.5;
/** A thing whose axis lies farther off the way of the hand is taken across it, rad. */
const mostObliqueRad = 0.7;

/** Where a thing is, seen from the hand: along the reach, across it (the base's own x axis), and up, m. */
interface Target {
  readonly thing: SeenThing;
  readonly ahead: number;
  readonly across: number;
  readonly up: number;
}

/**
 * Leads a reaching hand to the middle of the nearest thing: lift and base correct, and the wrist turns, so that the hand points
 * and moves along the long axis of a thing that has one.
 *
 * @param velocity - of the reach, m/s, above 0
 */
export function leadHand(settings: AssistSettings, seen: Surroundings, velocity: number): Help {
  const { toolM, pointing } = seen;
  if (toolM === undefined) return noHelp;
  const target = nearest(settings, seen.things, toolM);
  if (target === undefined) return noHelp;
  const { ahead, across, up, thing } = target;
  const obliqueRad = obliqueness(settings, thing);
  // On the axis of the thing, the hand is so far beside its middle; what is missing is made up for in the first half of the way.
  const onAxis = ahead * Math.tan(obliqueRad ?? 0);
  const beside = across - onAxis;
  const turn = turnOf(settings, thing, obliqueRad, pointing);
  const seconds = Math.max(
    ahead / velocity,
    (Math.abs(onAxis) + (obliqueRad === undefined ? 1 : 2) * Math.abs(beside)) / mostCorrectionMps,
    Math.abs(up) / mostCorrectionMps,
    (2 * Math.abs(turn)) / mostTurnRadps,
  );
  return {
    factor: Math.min(1, ahead / (seconds * velocity)),
    liftMps: up / seconds,
    baseMps: (onAxis + (obliqueRad === undefined ? 1 : 2) * beside) / seconds,
    wristRadps: (2 * turn) / seconds,
    note: `${obliqueRad === undefined ? 'towards' : 'along'} the ${thing.name}`,
  };
}

function nearest(
  { reachAlong: [alongX, alongY], alignWithinM }: AssistSettings,
  things: readonly SeenThing[],
  toolM: readonly [number, number, number],
): Target | undefined {
  let best: Target | undefined;
  for (const thing of things) {
    const [dx, dy, up] = thing.centerM.map((value, i) => value - (toolM[i] as number)) as [
      number,
      number,
      number,
    ];
    const ahead = dx * alongX + dy * alongY;
    // Along the base's own x axis: that is where the base can correct.
    const across = dx - ahead * alongX;
    if (ahead < leastAheadM || ahead > alignWithinM) continue;
    if (Math.abs(across) > mostBesideM || Math.abs(up) > mostAboveM) continue;
    if (best === undefined || distance(ahead, across, up) < distance(best.ahead, best.across, best.up))
      best = { thing, ahead, across, up };
  }
  return best;
}

const distance = (...parts: readonly number[]): number => Math.hypot(...parts);

/** Angle from the way of the reach to the thing's long axis, towards the base's x axis, rad; undefined where there is none to follow. */
function obliqueness({ reachAlong: [alongX, alongY] }: AssistSettings, { axis }: SeenThing) {
  if (axis === undefined) return undefined;
  const ahead = axis[0] * alongX + axis[1] * alongY;
  const across = axis[0] - ahead * alongX;
  const angle = ahead < 0 ? Math.atan2(-across, -ahead) : Math.atan2(across, ahead);
  return Math.abs(angle) <= mostObliqueRad ? angle : undefined;
}

/** How far the wrist has to turn for the fingers to point along the thing's long axis, rad. */
function turnOf(
  { wristJoint }: AssistSettings,
  { axis }: SeenThing,
  obliqueRad: number | undefined,
  pointing: Surroundings['pointing'],
): number {
  if (wristJoint === undefined || axis === undefined || obliqueRad === undefined || pointing === undefined)
    return 0;
  const angle = wrapAngle(Math.atan2(axis[1], axis[0]) - Math.atan2(pointing[1], pointing[0]));
  // An axis has two ends: the nearer one counts.
  return Math.abs(angle) > Math.PI / 2 ? angle - Math.sign(angle) * Math.PI : angle;
}
