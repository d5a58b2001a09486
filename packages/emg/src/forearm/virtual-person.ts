import { Rng } from '@efferent/core';
import { type GestureName, gestureNames } from '../gestures.ts';
import { defaultTrialVariation, type TrialVariation } from './muscle-drive.ts';
import { gestureSynergies, type MuscleId, muscles } from './muscles.ts';
import { sleeveLayout } from './sleeve.ts';

/** Groups of the cohort; see {@link createVirtualPerson}. */
export const cohortGroups = ['able-bodied', 'cervical'] as const;
export type CohortGroup = (typeof cohortGroups)[number];

/** One virtual wearer: an anatomy, a habit of contracting, and how the sleeve was put on. */
export interface VirtualPerson {
  readonly seed: number;
  readonly group: CohortGroup;
  /** Gestures that this person can make apart from each other, `rest` among them; all ten in the able-bodied. */
  readonly usableGestures: readonly GestureName[];
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
  /** How much repetitions differ. */
  readonly variation: TrialVariation;
  /** Involuntary contractions, mean number an hour; zero in the able-bodied. */
  readonly spasmsPerHour: number;
  /** What each electrode passes of the potential under it, `[channel]`; 1 is a good contact, 0 a dead channel. */
  readonly electrodeGains: readonly number[];
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
 * People with a cervical injury keep 2 to 5 classes, contract weakly and with others of their muscles, repeat
 * themselves less well, and have spasms.
 *
 * @param seed - integer; equal seeds and groups give the same person
 */
export function createVirtualPerson(seed: number, group: CohortGroup = 'able-bodied'): VirtualPerson {
  const rng = new Rng(seed).fork('person');
  const personGain = Math.exp(rng.normal(0, 0.25));
  const person: VirtualPerson = {
    seed,
    group: 'able-bodied',
    usableGestures: gestureNames,
    forearmRadiusM: rng.range(0.037, 0.046),
    extraDepthM: rng.range(0, 0.003),
    sleeveRotationRad: rng.range(-1, 1) * (Math.PI / 12),
    sleeveShiftM: rng.range(-0.008, 0.008),
    conductionVelocityMps: rng.normal(4, 0.3),
    muscleGains: muscles.map(() => personGain * Math.exp(rng.normal(0, 0.2))),
    synergies: synergiesOf((gesture) => drawSynergy(gesture, rng)),
    variation: defaultTrialVariation,
    spasmsPerHour: 0,
    electrodeGains: new Array<number>(sleeveLayout.rings * sleeveLayout.columns).fill(1),
    noiseUv: rng.range(2, 6),
    powerlineUv: rng.range(5, 25),
    baselineUv: rng.range(20, 80),
  };
  return group === 'cervical' ? injure(person, new Rng(seed).fork('injury')) : person;
}

/** In this order gestures are kept: wrist extension and supination survive the lowest cervical levels longest. */
const keptFirst = ['wextend', 'supinate', 'pronate', 'wflex', 'grip'] as const satisfies GestureName[];

function injure(person: VirtualPerson, rng: Rng): VirtualPerson {
  const classCount = 2 + rng.integer(4);
  const [surest, ...others] = keptFirst;
  const kept: readonly GestureName[] = [surest, ...rng.shuffle(others)].slice(0, classCount - 1);
  const strength = rng.range(0.15, 0.5);
  const coContraction = rng.range(0.03, 0.1);
  return {
    ...person,
    group: 'cervical',
    usableGestures: gestureNames.filter((gesture) => gesture === 'rest' || kept.includes(gesture)),
    muscleGains: person.muscleGains.map((gain) => gain * strength * Math.exp(rng.normal(0, 0.3))),
    synergies: synergiesOf((gesture) => {
      // What cannot be made any more comes out as something like a gesture that can.
      const made = gesture === 'rest' || kept.includes(gesture) ? gesture : rng.pick(kept);
      return person.synergies[made].map((activation) =>
        made === 'rest' ? 0 : Math.min(1, activation + Math.abs(rng.normal(0, coContraction))),
      );
    }),
    variation: {
      muscleLogSd: 0.5,
      effortLogSd: 0.35,
      coContraction: 0.1,
      mixing: 0.1,
      holdSd: 0.4,
    },
    spasmsPerHour: rng.range(1, 8),
  };
}

function synergiesOf(
  draw: (gesture: GestureName) => readonly number[],
): Readonly<Record<GestureName, readonly number[]>> {
  const entries = gestureNames.map((gesture) => [gesture, draw(gesture)] as const);
  return Object.fromEntries(entries) as Record<GestureName, readonly number[]>;
}

function drawSynergy(gesture: GestureName, rng: Rng): readonly number[] {
  return muscles.map(({ id }) => {
    const nominal = gestureSynergies[gesture][id as MuscleId] ?? 0;
    const habit = Math.exp(rng.normal(0, 0.2));
    const coContraction = gesture === 'rest' ? 0 : Math.abs(rng.normal(0, 0.04));
    return Math.min(1, nominal * habit + coContraction);
  });
}
