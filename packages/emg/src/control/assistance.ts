import type { GestureMotion } from './gesture-mapping.ts';

/** What an assisting robot knows of its own shape; section `assist` of a mapping. */
export interface AssistSettings {
  /** Base: full speed from here on, and none below, m. */
  readonly slowFromM: number;
  readonly stopAtM: number;
  /** The base's half width, and how far it reaches ahead and behind, m. */
  readonly halfWidthM: number;
  readonly frontM: number;
  readonly rearM: number;
  /** Frame between the fingers. */
  readonly toolFrame: string;
  /** The joint that reaches out, along a direction of the base, and the one that lifts. */
  readonly reachJoint: string;
  readonly reachAlong: readonly [number, number];
  readonly liftJoint: string;
  /** Things farther from the hand than this are not aligned with, m. */
  readonly alignWithinM: number;
}

/** A thing that was detected. */
export interface SeenThing {
  readonly name: string;
  /** Its centre in the base frame, m. */
  readonly centerM: readonly [number, number, number];
}

/** What the robot sees about itself now, in its base frame, m. */
export interface Surroundings {
  /** Points of the newest laser scan. */
  readonly obstacles: readonly (readonly [number, number])[];
  readonly toolM: readonly [number, number, number] | undefined;
  readonly things: readonly SeenThing[];
}

/** How a motion is helped along. */
export interface Help {
  /** On the motion's speed, [0, 1]. */
  readonly factor: number;
  /** What moves beside it: the lift, m/s, and the base, m/s. */
  readonly liftMps: number;
  readonly baseMps: number;
  /** In words for the person; empty where nothing is changed. */
  readonly note: string;
}

const none: Help = { factor: 1, liftMps: 0, baseMps: 0, note: '' };
/** A thing beside the way of the hand by more than this is not what the person reaches for, m. */
const mostBesideM = 0.12;
const mostAboveM = 0.15;
/** Nearer than this the hand is about the thing, and nothing is corrected any more, m. */
const leastAheadM = 0.02;
/** Corrections are never faster than this, m/s; and not slower than the reach allows. */
const mostCorrectionMps = 0.06;
/** A turn is looked at so far ahead, and in such steps, rad. */
const turnAheadRad = 1.2;
const turnStepRad = 0.04;
/** What a turn sweeps is kept off by so much, m. */
const sweepMarginM = 0.02;

/**
 * Helps a motion that a person holds: it slows the base before what the laser sees, and leads a reaching hand straight
 * to the middle of the nearest detected thing. It never begins a motion, never makes one faster, and never keeps one
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
  if ('backOut' in motion || velocity === 0) return none;
  if ('base' in motion) return slow(settings, clearance(settings, seen, motion.base, velocity));
  if (motion.joint !== settings.reachJoint || velocity < 0) return none;
  return align(settings, seen, velocity);
}

/** Free way of the base before it touches a point of the scan, m. */
function clearance(
  settings: AssistSettings,
  { obstacles }: Surroundings,
  axis: 'linear' | 'angular',
  velocity: number,
): number {
  const { halfWidthM, frontM, rearM } = settings;
  let nearest = Number.POSITIVE_INFINITY;
  for (const [x, y] of obstacles) {
    if (axis === 'angular') {
      nearest = Math.min(nearest, sweepM(settings, x, y, Math.sign(velocity)));
    } else if (Math.abs(y) <= halfWidthM) {
      const ahead = velocity > 0 ? x - frontM : -x - rearM;
      if (ahead > -halfWidthM) nearest = Math.min(nearest, ahead);
    }
  }
  return Math.max(0, nearest);
}

/**
 * How far the part of the base that would meet a point moves before it does, when the base turns on the spot, m: a base
 * beside furniture may turn as long as no corner swings into it.
 */
function sweepM({ halfWidthM, frontM, rearM }: AssistSettings, x: number, y: number, sign: number): number {
  const radius = Math.hypot(x, y);
  const never = Number.POSITIVE_INFINITY;
  const isUnder = (px: number, py: number, marginM: number) =>
    px <= frontM + marginM && px >= -rearM - marginM && Math.abs(py) <= halfWidthM + marginM;
  const cornerM = Math.hypot(Math.max(frontM, rearM), halfWidthM);
  if (radius > cornerM + 2 * sweepMarginM || isUnder(x, y, 0)) return never;
  const marginM = isUnder(x, y, sweepMarginM) ? 0 : sweepMarginM;
  for (let angle = turnStepRad; angle <= turnAheadRad; angle += turnStepRad) {
    const c = Math.cos(sign * angle);
    const s = Math.sin(sign * angle);
    if (isUnder(c * x + s * y, c * y - s * x, marginM)) return (angle - turnStepRad) * radius;
  }
  return never;
}

function slow({ slowFromM, stopAtM }: AssistSettings, freeM: number): Help {
  const factor = Math.min(1, Math.max(0, (freeM - stopAtM) / (slowFromM - stopAtM)));
  if (factor === 1) return none;
  return { ...none, factor, note: `${factor === 0 ? 'stopped' : 'slowed'}: ${freeM.toFixed(2)} m free` };
}

function align(settings: AssistSettings, { toolM, things }: Surroundings, velocity: number): Help {
  if (toolM === undefined) return none;
  const [alongX, alongY] = settings.reachAlong;
  let best:
    | { readonly name: string; readonly ahead: number; readonly x: number; readonly z: number }
    | undefined;
  for (const { name, centerM } of things) {
    const [dx, dy, z] = centerM.map((value, i) => value - (toolM[i] as number)) as [number, number, number];
    const ahead = dx * alongX + dy * alongY;
    // Across the reach, along the base's own x axis: that is where the base can correct.
    const x = dx - ahead * alongX;
    if (ahead < leastAheadM || ahead > settings.alignWithinM) continue;
    if (Math.abs(x) > mostBesideM || Math.abs(z) > mostAboveM) continue;
    if (best === undefined || Math.hypot(ahead, x, z) < Math.hypot(best.ahead, best.x, best.z))
      best = { name, ahead, x, z };
  }
  if (best === undefined) return none;
  // Beside the thing before the hand is there: the reach waits for the slower of the corrections.
  const seconds = Math.max(
    best.ahead / velocity,
    Math.max(Math.abs(best.x), Math.abs(best.z)) / mostCorrectionMps,
  );
  return {
    factor: Math.min(1, best.ahead / (seconds * velocity)),
    liftMps: best.z / seconds,
    baseMps: best.x / seconds,
    note: `towards the ${best.name}`,
  };
}
