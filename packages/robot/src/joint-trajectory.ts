import type { Actuator } from './actuator.ts';
import type { JointPath } from './joint-path.ts';
import type { RobotModel } from './robot-model.ts';

/** Corners are rounded over at most this share of the shorter neighbouring segment. */
const blendShare = 0.4;
/** Path samples per second of motion at full speed, and the fewest for one path. */
const samplesPerSecond = 60;
const minSamples = 24;

/** A timed joint motion. Arrays are in the order of `model.actuators`. */
export interface JointTrajectory {
  readonly durationS: number;
  /** `[n]`, s from the start, ascending. */
  readonly timesS: Float64Array;
  /** `[n]` of positions, m or rad. */
  readonly positions: readonly Float64Array[];
  /** `[n]` of velocities, m/s or rad/s. */
  readonly velocities: readonly Float64Array[];
}

export interface TimingOptions {
  /** Share of the velocity limits, (0, 1]; default 1. Accelerations take the same share. */
  readonly speed?: number;
  /**
   * Tells whether a configuration may be taken; corners are rounded only where it agrees, else the motion stops there.
   * Without it corners are rounded everywhere.
   */
  readonly isFree?: (positions: Float64Array) => boolean;
}

/**
 * Times a joint path: rounded corners, start and end at rest, velocity and acceleration of every actuator within limits.
 *
 * @see Bobrow, Dubowsky and Gibson, Time-Optimal Control of Robotic Manipulators Along Specified Paths (1985): the forward and
 *   backward pass over the phase plane
 */
export function timeJointPath(
  model: RobotModel,
  path: JointPath,
  options: TimingOptions = {},
): JointTrajectory {
  const distinct = path.filter(
    (point, i) => i === 0 || span(model.actuators, path[i - 1] as Float64Array, point) > 1e-6,
  );
  const first = distinct[0];
  if (first === undefined || distinct.length === 1)
    return standing(first ?? path[0] ?? new Float64Array(model.actuators.length));
  const stretches = splitAtStops(model, distinct, options);
  let offsetS = 0;
  const timesS: number[] = [0];
  const positions: Float64Array[] = [first.slice()];
  const velocities: Float64Array[] = [new Float64Array(first.length)];
  for (const stretch of stretches) {
    const timed = timeStretch(model.actuators, stretch, options.speed ?? 1);
    for (let i = 1; i < timed.timesS.length; i++) {
      timesS.push(offsetS + (timed.timesS[i] as number));
      positions.push(timed.points[i] as Float64Array);
      velocities.push(timed.velocities[i] as Float64Array);
    }
    offsetS += timed.timesS.at(-1) ?? 0;
  }
  return { durationS: offsetS, timesS: Float64Array.from(timesS), positions, velocities };
}

/** Writes the positions at `timeS` into `out`, clamped to the ends; cubic between samples. Does not allocate. */
export function sampleJointTrajectory(
  trajectory: JointTrajectory,
  timeS: number,
  out: Float64Array,
): Float64Array {
  const { timesS, positions, velocities } = trajectory;
  const last = timesS.length - 1;
  if (last === 0 || timeS >= (timesS[last] as number)) return copyInto(positions[last] as Float64Array, out);
  if (timeS <= 0) return copyInto(positions[0] as Float64Array, out);
  let low = 0;
  let high = last;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if ((timesS[middle] as number) <= timeS) low = middle;
    else high = middle;
  }
  const span = (timesS[high] as number) - (timesS[low] as number);
  const t = (timeS - (timesS[low] as number)) / span;
  for (let a = 0; a < out.length; a++) {
    out[a] = interpolateCubic(
      positions[low]?.[a] as number,
      (velocities[low]?.[a] as number) * span,
      positions[high]?.[a] as number,
      (velocities[high]?.[a] as number) * span,
      t,
    );
  }
  return out;
}

/** Cubic Hermite interpolation; tangents are per unit of `t` in [0, 1]. */
export function interpolateCubic(
  from: number,
  fromTangent: number,
  to: number,
  toTangent: number,
  t: number,
): number {
  const t2 = t * t;
  const t3 = t2 * t;
  return (
    (2 * t3 - 3 * t2 + 1) * from +
    (t3 - 2 * t2 + t) * fromTangent +
    (3 * t2 - 2 * t3) * to +
    (t3 - t2) * toTangent
  );
}

function copyInto(from: Float64Array, out: Float64Array): Float64Array {
  out.set(from);
  return out;
}

/** Seconds at full speed between two configurations, the slowest actuator counting. */
function span(actuators: readonly Actuator[], a: Float64Array, b: Float64Array): number {
  return actuators.reduce(
    (longest, { maxVelocity }, i) =>
      Math.max(longest, Math.abs((a[i] as number) - (b[i] as number)) / maxVelocity),
    0,
  );
}

/** Samples the path densely with rounded corners; a corner that cannot be rounded ends one stretch and starts the next. */
function splitAtStops(
  model: RobotModel,
  path: readonly Float64Array[],
  options: TimingOptions,
): Float64Array[][] {
  const { actuators } = model;
  const stretches: Float64Array[][] = [];
  let dense: Float64Array[] = [(path[0] as Float64Array).slice()];
  const fill = (to: Float64Array) => {
    const from = dense.at(-1) as Float64Array;
    const count = Math.max(2, Math.ceil(span(actuators, from, to) * samplesPerSecond));
    for (let i = 1; i <= count; i++) dense.push(mix(from, to, i / count));
  };
  for (let corner = 1; corner < path.length - 1; corner++) {
    const [before, at, after] = [path[corner - 1], path[corner], path[corner + 1]] as [
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    const share = blendShare * Math.min(1, span(actuators, after, at) / span(actuators, before, at));
    const shareAfter = blendShare * Math.min(1, span(actuators, before, at) / span(actuators, after, at));
    const arc = roundCorner(mix(at, before, share), at, mix(at, after, shareAfter), actuators);
    const isFree = options.isFree === undefined || arc.every((point) => options.isFree?.(point) === true);
    fill(isFree ? (arc[0] as Float64Array) : at);
    if (isFree) dense.push(...arc.slice(1));
    else {
      stretches.push(dense);
      dense = [at.slice()];
    }
  }
  fill(path.at(-1) as Float64Array);
  stretches.push(dense);
  return stretches;
}

/** A quadratic Bezier curve from `a` to `c` with its control point at the corner `b`. */
function roundCorner(
  a: Float64Array,
  b: Float64Array,
  c: Float64Array,
  actuators: readonly Actuator[],
): Float64Array[] {
  const count = Math.max(8, Math.ceil((span(actuators, a, b) + span(actuators, b, c)) * samplesPerSecond));
  return Array.from({ length: count + 1 }, (_unused, i) =>
    mix(mix(a, b, i / count), mix(b, c, i / count), i / count),
  );
}

function mix(a: Float64Array, b: Float64Array, t: number): Float64Array {
  return a.map((value, i) => value + ((b[i] as number) - value) * t);
}

/** Finds the fastest times of dense points that start and end at rest: limits of speed along the path, then two passes. */
function timeStretch(
  actuators: readonly Actuator[],
  dense: readonly Float64Array[],
  speed: number,
): { timesS: Float64Array; points: readonly Float64Array[]; velocities: readonly Float64Array[] } {
  const points = dense.length < minSamples ? refine(dense) : dense;
  const count = points.length;
  const lengths = new Float64Array(count);
  for (let i = 1; i < count; i++)
    lengths[i] = Math.max(1e-9, span(actuators, points[i - 1] as Float64Array, points[i] as Float64Array));
  const rates = speedLimits(actuators, points, lengths, speed);
  rates[0] = 0;
  rates[count - 1] = 0;
  const accelerations = pathAccelerations(actuators, points, lengths, speed);
  for (let i = 1; i < count; i++)
    rates[i] = Math.min(rates[i]!, Math.sqrt(rates[i - 1]! ** 2 + 2 * accelerations[i]! * lengths[i]!));
  for (let i = count - 2; i >= 0; i--)
    rates[i] = Math.min(
      rates[i]!,
      Math.sqrt(rates[i + 1]! ** 2 + 2 * accelerations[i + 1]! * lengths[i + 1]!),
    );
  const timesS = new Float64Array(count);
  for (let i = 1; i < count; i++) {
    timesS[i] = timesS[i - 1]! + (2 * lengths[i]!) / Math.max(1e-6, rates[i - 1]! + rates[i]!);
  }
  const velocities = points.map((point, i) => {
    const before = points[Math.max(0, i - 1)] as Float64Array;
    const after = points[Math.min(count - 1, i + 1)] as Float64Array;
    const length = (i > 0 ? lengths[i]! : 0) + (i < count - 1 ? lengths[i + 1]! : 0);
    return point.map((_position, a) => (rates[i]! * ((after[a] as number) - (before[a] as number))) / length);
  });
  return { timesS, points, velocities };
}

function refine(points: readonly Float64Array[]): Float64Array[] {
  const per = Math.ceil(minSamples / Math.max(1, points.length - 1));
  const dense = [points[0] as Float64Array];
  for (let i = 1; i < points.length; i++) {
    for (let k = 1; k <= per; k++)
      dense.push(mix(points[i - 1] as Float64Array, points[i] as Float64Array, k / per));
  }
  return dense;
}

/** Highest path speed at each point: velocity limits, and half of the acceleration limits spent on curvature. */
function speedLimits(
  actuators: readonly Actuator[],
  points: readonly Float64Array[],
  lengths: Float64Array,
  speed: number,
): Float64Array {
  const rates = new Float64Array(points.length).fill(Number.POSITIVE_INFINITY);
  for (let i = 1; i < points.length; i++) {
    const before = points[i - 1] as Float64Array;
    const at = points[i] as Float64Array;
    const after = points[Math.min(i + 1, points.length - 1)] as Float64Array;
    for (let a = 0; a < actuators.length; a++) {
      const { maxVelocity, maxAcceleration } = actuators[a] as Actuator;
      const slope = ((at[a] as number) - (before[a] as number)) / lengths[i]!;
      if (Math.abs(slope) > 1e-12) {
        const limit = (maxVelocity * speed) / Math.abs(slope);
        rates[i] = Math.min(rates[i]!, limit);
        rates[i - 1] = Math.min(rates[i - 1]!, limit);
      }
      if (i === points.length - 1) continue;
      const nextSlope = ((after[a] as number) - (at[a] as number)) / lengths[i + 1]!;
      const curvature = Math.abs(nextSlope - slope) / (0.5 * (lengths[i]! + lengths[i + 1]!));
      if (curvature > 1e-9)
        rates[i] = Math.min(rates[i]!, Math.sqrt((0.5 * maxAcceleration * speed) / curvature));
    }
  }
  return rates;
}

/** Path acceleration that every actuator can follow between two points: all of it on straights, half of it in curves. */
function pathAccelerations(
  actuators: readonly Actuator[],
  points: readonly Float64Array[],
  lengths: Float64Array,
  speed: number,
): Float64Array {
  const accelerations = new Float64Array(points.length).fill(Number.POSITIVE_INFINITY);
  for (let i = 1; i < points.length; i++) {
    for (let a = 0; a < actuators.length; a++) {
      const at = (k: number) => points[Math.max(0, Math.min(points.length - 1, k))]?.[a] as number;
      const slope = (at(i) - at(i - 1)) / lengths[i]!;
      const before = i > 1 ? (at(i - 1) - at(i - 2)) / lengths[i - 1]! : slope;
      const after = i + 1 < points.length ? (at(i + 1) - at(i)) / lengths[i + 1]! : slope;
      const isStraight = Math.abs(slope - before) < 1e-6 && Math.abs(after - slope) < 1e-6;
      const share = (actuators[a] as Actuator).maxAcceleration * speed * (isStraight ? 1 : 0.5);
      if (Math.abs(slope) > 1e-12) accelerations[i] = Math.min(accelerations[i]!, share / Math.abs(slope));
    }
  }
  return accelerations;
}

function standing(positions: Float64Array): JointTrajectory {
  return {
    durationS: 0,
    timesS: new Float64Array(1),
    positions: [positions.slice()],
    velocities: [new Float64Array(positions.length)],
  };
}
