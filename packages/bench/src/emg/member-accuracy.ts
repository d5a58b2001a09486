import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  decide,
  fitCalibration,
  gestureNames,
  isSilent,
  loadCalibration,
  loadEvidence,
  saveCalibration,
} from '@efferent/emg';
import { cohortSettings, withCohortMember } from './cohort-recordings.ts';
import type { RecordedWindow } from './emg-recording.ts';
import type { LibemgPeer, Split } from './libemg-peer.ts';

/** Counts of windows that were tested. */
export interface Score {
  readonly windows: number;
  /** Most probable class wrong, nothing rejected. */
  readonly wrong: number;
  readonly libemgWrong: number;
  readonly rejected: number;
  /** Decided for a gesture that it was not, after silence and rejection. */
  readonly activeErrors: number;
}

/** One person's scores by group of splits: `repetitions`, and each occasion without and with its recalibration. */
export interface MemberAccuracy {
  readonly seed: number;
  readonly scores: Readonly<Record<string, Score>>;
}

/** Records a person and scores our decoder on windows that it was not fitted on, LibEMG's beside it. */
export function measureMember(seed: number, libemg: LibemgPeer): Promise<MemberAccuracy> {
  return withCohortMember(seed, async (member) => {
    const job = member.libemgJob(({ gesture }) => gestureNames.indexOf(gesture));
    const evaluations = job.evaluations.filter(({ name }) => !name.startsWith('random-windows'));
    const answers = await libemg.run({ ...job, evaluations });
    const folder = await mkdtemp(join(tmpdir(), 'efferent-emg-'));
    const scores: Record<string, Score> = {};
    try {
      const calibrations = new Calibrations(folder, member.windows);
      for (const [index, split] of evaluations.entries()) {
        const file = await calibrations.of(split);
        const predictions = answers[index]?.predictions ?? [];
        const libemgWrong = predictions.filter((label, i) => label !== job.labels[split.test[i] as number]);
        const tested = split.test.map((at) => member.windows[at] as RecordedWindow);
        // `repetitions/0` belongs to `repetitions`.
        const group = split.name.split('/')[0] as string;
        const ours = await scoreWindows(file, tested);
        scores[group] = add(scores[group] ?? noScore, { ...ours, libemgWrong: libemgWrong.length });
      }
    } finally {
      await rm(folder, { recursive: true });
    }
    return { seed, scores };
  });
}

/** Makes the calibration of each split as people do: the first one, and short ones that add to it. */
class Calibrations {
  readonly #folder: string;
  readonly #windows: readonly RecordedWindow[];
  #firstOf = '';

  constructor(folder: string, windows: readonly RecordedWindow[]) {
    this.#folder = folder;
    this.#windows = windows;
  }

  /** Returns the file of the calibration. */
  async of(split: Split): Promise<string> {
    const train = split.train.map((at) => this.#windows[at] as RecordedWindow);
    const first = train.filter(({ condition }) => condition === 'calibration');
    const again = train.filter(({ condition }) => condition !== 'calibration');
    const file = join(this.#folder, 'first.json');
    const repetitions = [...new Set(first.map(({ repetition }) => repetition))].join();
    if (repetitions !== this.#firstOf)
      await saveCalibration(file, fitCalibration('cohort', cohortSettings, first));
    this.#firstOf = repetitions;
    if (again.length === 0) return file;
    const recalibrated = join(this.#folder, 'again.json');
    const evidence = await loadEvidence(file);
    await saveCalibration(recalibrated, fitCalibration('cohort', cohortSettings, again, evidence));
    return recalibrated;
  }
}

/** Runs a kept calibration as the gesture node does. */
async function scoreWindows(file: string, windows: readonly RecordedWindow[]): Promise<Score> {
  const { calibration, model } = await loadCalibration(file);
  let score = noScore;
  for (const { features, gesture, levelUv, strideLevelUv } of windows) {
    const probabilities = (await model.run({ features })).probabilities as Float32Array;
    const winner = calibration.gestures[probabilities.indexOf(Math.max(...probabilities))];
    const decision = isSilent(calibration, strideLevelUv)
      ? { gesture: 'rest', rejected: false }
      : decide(calibration, probabilities, levelUv, strideLevelUv);
    score = add(score, {
      windows: 1,
      wrong: winner === gesture ? 0 : 1,
      libemgWrong: 0,
      rejected: decision.rejected ? 1 : 0,
      activeErrors: decision.gesture !== 'rest' && decision.gesture !== gesture ? 1 : 0,
    });
  }
  await model.dispose();
  return score;
}

const noScore: Score = { windows: 0, wrong: 0, libemgWrong: 0, rejected: 0, activeErrors: 0 };

function add(a: Score, b: Score): Score {
  return {
    windows: a.windows + b.windows,
    wrong: a.wrong + b.wrong,
    libemgWrong: a.libemgWrong + b.libemgWrong,
    rejected: a.rejected + b.rejected,
    activeErrors: a.activeErrors + b.activeErrors,
  };
}
