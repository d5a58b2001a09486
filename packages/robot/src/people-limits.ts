import { nonNegativeNumber, positiveNumber, strictObject } from '@efferent/core';
import * as v from 'valibot';

/** ISO 10218-1:2011, 5.6.2, as cited in public sources (OSHA Technical Manual IV-4): reduced speed is at most 250 mm/s. */
const reducedSpeedMps = 0.25;
/** No `robot.yaml` may let the robot come nearer to a face, m; ours. */
const leastFaceSeparationM = 0.1;

const speed = v.pipe(positiveNumber, v.maxValue(reducedSpeedMps));

/**
 * How the gate behaves near people; section `people` of `robot.yaml`. Nothing above the gate can change it.
 *
 * Speeds are of the fastest point of any link that is near, distances between the robot's solids and a person's body. No standard
 * gives distances for a robot that brings things to somebody who sits still: these are ours, and docs/safety.md says why.
 */
export const peopleLimitsSchema = v.pipe(
  strictObject({
    /** From here on the speed is limited, m. */
    slow_distance_m: v.optional(positiveNumber, 1.0),
    slow_speed_mps: v.optional(speed, reducedSpeedMps),
    /** From here on it is lowest, m. */
    near_distance_m: v.optional(positiveNumber, 0.3),
    near_speed_mps: v.optional(speed, 0.1),
    /** No motion leads nearer to a body, and to a face, m. */
    separation_m: v.optional(positiveNumber, 0.05),
    face_separation_m: v.optional(v.pipe(positiveNumber, v.minValue(leastFaceSeparationM)), 0.12),
    /** After so long without a look a place grows old, and is as old as it gets after twice as long again, s. */
    stale_after_s: v.optional(positiveNumber, 1.5),
    /** What an old place adds to all distances of speed, and to the least ones, m; and the lowest speed there, m/s. */
    stale_distance_m: v.optional(nonNegativeNumber, 0.3),
    stale_separation_m: v.optional(nonNegativeNumber, 0.1),
    stale_speed_mps: v.optional(speed, 0.06),
    /** What the hand may hold, as a box about the tool frame, m: always counted, for the gate does not see what is held. */
    held_size_m: v.optional(
      v.strictTuple([positiveNumber, positiveNumber, positiveNumber]),
      [0.12, 0.12, 0.2],
    ),
  }),
  v.check(
    (p) => p.near_distance_m < p.slow_distance_m && p.near_speed_mps <= p.slow_speed_mps,
    'near_distance_m must be below slow_distance_m, and near_speed_mps not above slow_speed_mps',
  ),
  v.check(
    (p) => p.stale_speed_mps <= p.near_speed_mps && p.face_separation_m >= p.separation_m,
    'stale_speed_mps must not be above near_speed_mps, nor separation_m above face_separation_m',
  ),
);

export type PeopleLimits = v.InferOutput<typeof peopleLimitsSchema>;

/** Tells how old a place is that was seen `ageS` ago: 0 fresh, 1 as old as it gets. A stamp of the future is of another clock. */
export function staleness(limits: PeopleLimits, ageS: number): number {
  if (!(ageS >= -1)) return 1;
  return Math.min(1, Math.max(0, ageS / limits.stale_after_s - 1) / 2);
}

/** Highest speed at a distance from a person, m/s; infinite far away. Does not allocate. */
export function speedLimitMps(limits: PeopleLimits, distanceM: number, stale: number): number {
  const grownM = stale * limits.stale_distance_m;
  const slowM = limits.slow_distance_m + grownM;
  if (distanceM >= slowM) return Number.POSITIVE_INFINITY;
  const nearM = limits.near_distance_m + grownM;
  const nearMps = limits.near_speed_mps - stale * (limits.near_speed_mps - limits.stale_speed_mps);
  const share = Math.max(0, (distanceM - nearM) / (slowM - nearM));
  return nearMps + share * (limits.slow_speed_mps - nearMps);
}

/** Distance that no motion may go below, m. */
export const separationM = (limits: PeopleLimits, isFace: boolean, stale: number): number =>
  (isFace ? limits.face_separation_m : limits.separation_m) + stale * limits.stale_separation_m;
