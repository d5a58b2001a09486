import { type AssistSettings, type Help, noHelp, type Surroundings } from './assist-types.ts';

/** A turn is looked at so far ahead, and in such steps, rad. */
const turnAheadRad = 1.2;
const turnStepRad = 0.04;
/** What a turn sweeps is kept off by so much, m. */
const sweepMarginM = 0.02;

/** Slows the base before what the laser sees. @param velocity - wanted, signed, m/s or rad/s */
export function slowBefore(
  settings: AssistSettings,
  seen: Surroundings,
  axis: 'linear' | 'angular',
  velocity: number,
): Help {
  const { slowFromM, stopAtM } = settings;
  const freeM = clearance(settings, seen, axis, velocity);
  const factor = Math.min(1, Math.max(0, (freeM - stopAtM) / (slowFromM - stopAtM)));
  if (factor === 1) return noHelp;
  return { ...noHelp, factor, note: `${factor === 0 ? 'stopped' : 'slowed'}: ${freeM.toFixed(2)} m free` };
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
