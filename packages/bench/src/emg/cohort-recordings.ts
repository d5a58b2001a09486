import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Rng } from '@efferent/core';
import {
  type CohortGroup,
  createVirtualPerson,
  defaultProtocol,
  defaultSignalSettings,
  drawWearing,
  sameWearing,
  type VirtualPerson,
  type Wearing,
  wear,
} from '@efferent/emg';
import { EmgRecording, type RecordedWindow } from './emg-recording.ts';
import type { LibemgJob, Split } from './libemg-peer.ts';

/** Ten classes, 64 electrodes, as the sleeve of FlexWear-HD at half its rate. */
export const cohortSettings = defaultSignalSettings(2000, 64);

/** Occasions after the calibration on which a person is decoded; each has a short recalibration of its own. */
export const occasions = ['shift', 'rotation', 'session'] as const;
export type Occasion = (typeof occasions)[number];

/** Folds across repetitions; each of eight repetitions is tested once. */
const foldCount = 4;
/** Repetitions of the short recalibration, and of what is tested after a change. */
const laterRepetitions = 4;

/** One person's windows: `calibration`, and for every occasion `<occasion>` and `<occasion>-recalibration`. */
export interface CohortMember {
  readonly person: VirtualPerson;
  readonly windows: readonly RecordedWindow[];
  /** Splits by repetition and by occasion, and one by random windows, which overstates. */
  readonly splits: readonly Split[];
  /** What LibEMG needs, labels by `gestureNames`. */
  libemgJob(labelOf: (window: RecordedWindow) => number): LibemgJob;
}

/**
 * Records a virtual person: eight repetitions of each gesture, then four and four more on each occasion.
 *
 * The samples are kept in a temporary file while `use` runs.
 * @param group - people with an injury make only the gestures that they can, and are not met again
 */
export async function withCohortMember<T>(
  seed: number,
  use: (member: CohortMember) => Promise<T>,
  group: CohortGroup = 'able-bodied',
): Promise<T> {
  const person = createVirtualPerson(seed, group);
  const met = group === 'able-bodied' ? occasions : [];
  const folder = await mkdtemp(join(tmpdir(), 'efferent-emg-'));
  try {
    const file = join(folder, 'samples.f32');
    const recording = new EmgRecording(cohortSettings, file);
    const protocol = { ...defaultProtocol, gestures: person.usableGestures };
    recording.add('calibration', person, 1, protocol);
    const later = { ...protocol, repetitions: laterRepetitions };
    for (const [index, occasion] of met.entries()) {
      const again = wear(person, wearingOn(occasion, person));
      recording.add(`${occasion}-recalibration`, again, 10 + index, later);
      recording.add(occasion, again, 20 + index, later);
    }
    recording.close();
    const { windows } = recording;
    const splits = splitsOf(windows, seed, met);
    const libemgJob = (labelOf: (window: RecordedWindow) => number): LibemgJob => ({
      file,
      channels: cohortSettings.channelCount,
      window: cohortSettings.window.windowSamples,
      ends: windows.map(({ endInFile }) => endInFile),
      labels: windows.map(labelOf),
      evaluations: splits,
    });
    return await use({ person, windows, splits, libemgJob });
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Issue figures: 10 mm along the forearm, 15 degrees about it, and another day. */
function wearingOn(occasion: Occasion, person: VirtualPerson): Wearing {
  if (occasion === 'session') return drawWearing(person, 1);
  const same = sameWearing(person);
  return occasion === 'shift' ? { ...same, shiftM: 0.01 } : { ...same, rotationRad: Math.PI / 12 };
}

function splitsOf(
  windows: readonly RecordedWindow[],
  seed: number,
  met: readonly Occasion[],
): readonly Split[] {
  const where = (test: (window: RecordedWindow) => boolean): number[] =>
    windows.flatMap((window, index) => (test(window) ? [index] : []));
  const calibration = where(({ condition }) => condition === 'calibration');
  const folds = Array.from({ length: foldCount }, (_, fold) => {
    const isTested = (index: number) => (windows[index] as RecordedWindow).repetition % foldCount === fold;
    return splitOf(`repetitions/${fold}`, calibration, isTested);
  });
  const shuffled = new Rng(seed).fork('random-windows').shuffle(calibration);
  const random = Array.from({ length: foldCount }, (_, fold) =>
    splitOf(`random-windows/${fold}`, shuffled, (_index, at) => at % foldCount === fold),
  );
  const later = met.flatMap((occasion) => {
    const test = where(({ condition }) => condition === occasion);
    const recalibration = where(({ condition }) => condition === `${occasion}-recalibration`);
    return [
      { name: occasion, train: calibration, test },
      { name: `${occasion}-recalibrated`, train: [...calibration, ...recalibration], test },
    ];
  });
  return [...folds, ...random, ...later];
}

function splitOf(
  name: string,
  indices: readonly number[],
  isTested: (index: number, at: number) => boolean,
): Split {
  return {
    name,
    train: indices.filter((index, at) => !isTested(index, at)),
    test: indices.filter(isTested),
  };
}
