import { Rng } from '@efferent/core';
import type { GestureName } from '../gestures.ts';
import type { VirtualPerson } from './virtual-person.ts';

/** How a person is met on one occasion, against the first one. */
export interface Wearing {
  /** Added to the sleeve's rotation, rad. */
  readonly rotationRad: number;
  /** Added to the sleeve's shift along the forearm, m, distal positive. */
  readonly shiftM: number;
  /** Factors on the electric strength of each muscle, `[muscle]`. */
  readonly muscleFactors: readonly number[];
  /** Factors on each muscle's part in each gesture, `[muscle]` a gesture: habits change between days. */
  readonly synergyFactors: Readonly<Record<GestureName, readonly number[]>>;
  /** What each electrode passes, `[channel]`; 0 is a dead channel. */
  readonly electrodeGains: readonly number[];
  /** From 0, fresh, to 1: conduction slows by 30 %, amplitude grows by 35 %. */
  readonly fatigue: number;
}

/** Spreads between the sessions of one person. Ours, chosen once so that the gaps published for real sets come out. */
const spread = {
  rotationRad: 0.14,
  shiftM: 0.005,
  muscleLogSd: 0.15,
  synergyLogSd: 0.2,
  electrodeLogSd: 0.15,
  deadChance: 0.01,
} as const;

/** The first session: the sleeve where it is, nothing changed. */
export function sameWearing(person: VirtualPerson): Wearing {
  const ones = person.muscleGains.map(() => 1);
  return {
    rotationRad: 0,
    shiftM: 0,
    muscleFactors: ones,
    synergyFactors: mapSynergies(person, () => ones),
    electrodeGains: person.electrodeGains.map(() => 1),
    fatigue: 0,
  };
}

/** Draws another session of a person: the sleeve was taken off and put on again, and a day has passed. */
export function drawWearing(person: VirtualPerson, sessionSeed: number): Wearing {
  const rng = new Rng(sessionSeed).fork(`session-${person.seed}`);
  const factor = (logSd: number) => Math.exp(rng.normal(0, logSd));
  return {
    rotationRad: rng.normal(0, spread.rotationRad),
    shiftM: rng.normal(0, spread.shiftM),
    muscleFactors: person.muscleGains.map(() => factor(spread.muscleLogSd)),
    synergyFactors: mapSynergies(person, () => person.muscleGains.map(() => factor(spread.synergyLogSd))),
    electrodeGains: person.electrodeGains.map(() =>
      rng.chance(spread.deadChance) ? 0 : Math.min(1, factor(spread.electrodeLogSd)),
    ),
    fatigue: 0,
  };
}

/** Returns the person as met on an occasion; discharges and noise are for a recording to draw. */
export function wear(person: VirtualPerson, wearing: Wearing): VirtualPerson {
  const { fatigue } = wearing;
  return {
    ...person,
    sleeveRotationRad: person.sleeveRotationRad + wearing.rotationRad,
    sleeveShiftM: person.sleeveShiftM + wearing.shiftM,
    conductionVelocityMps: person.conductionVelocityMps * (1 - 0.3 * fatigue),
    muscleGains: person.muscleGains.map(
      (gain, m) => gain * (wearing.muscleFactors[m] as number) * (1 + 0.35 * fatigue),
    ),
    synergies: mapSynergies(person, (gesture) =>
      person.synergies[gesture].map((activation, m) =>
        Math.min(1, activation * (wearing.synergyFactors[gesture][m] as number)),
      ),
    ),
    electrodeGains: person.electrodeGains.map(
      (gain, channel) => gain * (wearing.electrodeGains[channel] as number),
    ),
  };
}

function mapSynergies(
  person: VirtualPerson,
  map: (gesture: GestureName) => readonly number[],
): Readonly<Record<GestureName, readonly number[]>> {
  const entries = (Object.keys(person.synergies) as GestureName[]).map(
    (gesture) => [gesture, map(gesture)] as const,
  );
  return Object.fromEntries(entries) as Record<GestureName, readonly number[]>;
}
