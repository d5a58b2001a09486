import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Calibration,
  type CalibrationEvidence,
  type CohortGroup,
  type DecoderName,
  fitCalibration,
  gestureNames,
  loadEvidence,
  saveCalibration,
} from '@efferent/emg';
import { type CohortMember, cohortSettings, withCohortMember } from './cohort-recordings.ts';
import type { RecordedWindow } from './emg-recording.ts';
import type { LibemgPeer, Split } from './libemg-peer.ts';
import { WindowDecoder } from './window-decoder.ts';

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
  readonly decoder: DecoderName;
  /** How many gestures, rest among them. */
  readonly classes: number;
  readonly scores: Readonly<Record<string, Score>>;
}

/** Whom to measure, and which decoders. */
export interface MemberJob {
  readonly seed: number;
  readonly group: CohortGroup;
  readonly decoders: readonly DecoderName[];
}

/** Records a person and scores our decoders on windows that they were not fitted on, LibEMG's beside them. */
export function measureMember(
  { seed, group, decoders }: MemberJob,
  libemg: LibemgPeer,
): Promise<readonly MemberAccuracy[]> {
  const measure = async (member: CohortMember): Promise<readonly MemberAccuracy[]> => {
    const job = member.libemgJob(({ gesture }) => gestureNames.indexOf(gesture));
    const evaluations = job.evaluations.filter(({ name }) => !name.startsWith('random-windows'));
    const answers = await libemg.run({ ...job, evaluations });
    const libemgWrong = evaluations.map(({ test }, index) => {
      const predictions = answers[index]?.predictions ?? [];
      return predictions.filter((label, i) => label !== job.labels[test[i] as number]).length;
    });
    const accuracies: MemberAccuracy[] = [];
    for (const decoder of decoders) {
      const scores = await scoreDecoder(decoder, member, evaluations, libemgWrong);
      accuracies.push({ seed, decoder, classes: member.person.usableGestures.length, scores });
    }
    return accuracies;
  };
  return withCohortMember(seed, measure, group);
}

async function scoreDecoder(
  decoder: DecoderName,
  member: CohortMember,
  evaluations: readonly Split[],
  libemgWrong: readonly number[],
): Promise<Readonly<Record<string, Score>>> {
  const folder = await mkdtemp(join(tmpdir(), 'efferent-emg-'));
  const scores: Record<string, Score> = {};
  try {
    const calibrations = new Calibrations(folder, member.windows, decoder);
    for (const [index, split] of evaluations.entries()) {
      const file = await calibrations.of(split);
      const tested = split.test.map((at) => member.windows[at] as RecordedWindow);
      // `repetitions/0` belongs to `repetitions`.
      const group = split.name.split('/')[0] as string;
      const ours = await scoreWindows(file, tested);
      scores[group] = add(scores[group] ?? noScore, { ...ours, libemgWrong: libemgWrong[index] ?? 0 });
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  return scores;
}

/** Makes the calibration of each split as people do: the first one, and short ones that add to it. */
class Calibrations {
  readonly #folder: string;
  readonly #windows: readonly RecordedWindow[];
  readonly #decoder: DecoderName;
  #firstOf = '';

  constructor(folder: string, windows: readonly RecordedWindow[], decoder: DecoderName) {
    this.#folder = folder;
    this.#windows = windows;
    this.#decoder = decoder;
  }

  /** Returns the file of the calibration. */
  async of(split: Split): Promise<string> {
    const train = split.train.map((at) => this.#windows[at] as RecordedWindow);
    const first = train.filter(({ condition }) => condition === 'calibration');
    const again = train.filter(({ condition }) => condition !== 'calibration');
    const file = join(this.#folder, 'first.json');
    const repetitions = [...new Set(first.map(({ repetition }) => repetition))].join();
    if (repetitions !== this.#firstOf) await saveCalibration(file, await this.#fit(first));
    this.#firstOf = repetitions;
    if (again.length === 0) return file;
    const recalibrated = join(this.#folder, 'again.json');
    await saveCalibration(recalibrated, await this.#fit(again, await loadEvidence(file)));
    return recalibrated;
  }

  #fit(windows: readonly RecordedWindow[], earlier?: CalibrationEvidence): Promise<Calibration> {
    const options = { decoder: this.#decoder, ...(earlier === undefined ? {} : { earlier }) };
    return fitCalibration('cohort', cohortSettings, windows, options);
  }
}

async function scoreWindows(file: string, windows: readonly RecordedWindow[]): Promise<Score> {
  const decoder = await WindowDecoder.load(file);
  let score = noScore;
  for (const window of windows) {
    for (const before of window.lead) await decoder.decide(before);
    const { winner, decision } = await decoder.decide(window);
    score = add(score, {
      windows: 1,
      wrong: winner === window.gesture ? 0 : 1,
      libemgWrong: 0,
      rejected: decision.rejected ? 1 : 0,
      activeErrors: decision.gesture !== 'rest' && decision.gesture !== window.gesture ? 1 : 0,
    });
  }
  await decoder.dispose();
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
