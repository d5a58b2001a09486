import { Rng } from '@efferent/core';
import { type GestureName, gestureNames } from '../gestures.ts';
import { gestureSynergies, type MuscleId, muscles } from './muscles.ts';

/** One virtual wearer: an anatomy, a habit of contracting, and how the sleeve was put on. */
export interface VirtualPerson {
  readonly seed: number;
  readonly forearmRadiusM: number;
  /** Added to every muscle's tabulated depth: this person's fat, m. */
  readonly extraDepthM: number;
  /** Rotation of the sleeve about the forearm, rad. */
  readonly sleeveRotationRad: number;
  /** Shift of the sleeve along the forearm, m, distal positive. */
  readonly sleeveShiftM: number;
  readonly conductionVelocityMps: number;
  /** Strength of the electric activity, one a muscle. */
  readonly muscleGains: readonly number[];
  /** This person's muscle activations of each gesture at full effort, `[muscle]`, fraction of maximum. */
  readonly synergies: Readonly<Record<GestureName, readonly number[]>>;
  /** White noise of electrodes and amplifier, µV RMS. */
  readonly noiseUv: number;
  /** Median powerline amplitude over the electrodes, µV. */
  readonly powerlineUv: number;
  /** Baseline wander, µV standard deviation. */
  readonly baselineUv: number;
}

/**
 * Draws a virtual person.
 *
 * Spreads are ours, inside the ranges of the literature: conduction velocity 4 ± 0.3 m/s (NeuroMotion), powerline
 * 5 to 25 µV and white noise 2 to 6 µV RMS on monopolar hydrogel electrodes, sleeve rotation within ± 15 degrees.
 *
 * @param seed - integer; equal seeds give the same person
 */
export function createVirtualPerson(seed: number): VirtualPerson {
  const rng = new Rng(seed).fork('person');
  const personGain = Math.exp(rng.normal(0, 0.25));
  return {
    seed,
    forearmRadiusM: rng.range(0.037, 0.046),
    extraDepthM: rng.range(0, 0.003),
    sleeveRotationRad: rng.range(-1, 1) * (Math.PI / 12),
    sleeveShiftM: rng.range(-0.008, 0.008),
    conductionVelocityMps: rng.normal(4, 0.3),
    muscleGains: muscles.map(() => personGain * Math.exp(rng.normal(0, 0.2))),
    synergies: Object.fromEntries(
      gestureNames.map((gesture) => [gesture, drawSynergy(gesture, rng)]),
    ) as unknown as Record<GestureName, readonly number[]>,
    noiseUv: rng.range(2, 6),
    powerlineUv: rng.range(5, 25),
    baselineUv: rng.range(20, 80),
  };
}

function drawSynergy(gesture: GestureName, rng: Rng): readonly number[] {
  return muscles.map(({ id }) => {
    const nominal = gestureSynergies[gesture][id as MuscleId] ?? 0;
    const habit = Math.exp(rng.normal(0, 0.2));
    const coContraction = gesture === 'rest' ? 0 : Math.abs(rng.normal(0, 0.04));
    return Math.min(1, nominal * habit + coContraction);
  });
}
