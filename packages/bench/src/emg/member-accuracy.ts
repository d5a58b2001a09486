import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Calibration,
  decide,
  fitCalibration,
  gestureNames,
  isSilent,
  loadCalibration,
  saveCalibration,
} from '@efferent/emg';
import { type CohortMember, cohortSettings, withCohortMember } from './cohort-recordings.ts';
import type { RecordedWindow } from './emg-recording.ts';
import type { LibemgEvaluation, LibemgPeer, Split } from './libemg-peer.ts';

/** Our decoders in the order of the report. */
export const decoders = ['lda'] as const;
export type Decoder = (typeof decoders)[number];

/** Counts of windows. */
export interface Score {
  readonly windows: number;
  /** Most probable class wrong, nothing rejected. */
  readonly wrong: number;
  readonly rejected: number;
  /** Decided for a gesture that it was not, after silence and rejection. */
  readonly activeErrors: number;
}

/** One person's scores by group of splits: `repetitions`, and each occasion without and with its recalibration. */
export interface MemberAccuracy {
  readonly seed: number;
  readonly libemgWrong: Readonly<Record<string, number>>;
  readonly scores: Readonly<Record<Decoder, Readonly<Record<string, Score>>>>;
}

/** Records a person and scores every decoder on windows that it was not fitted on, LibEMG's beside ours. */
export function measureMember(seed: number, libemg: LibemgPeer): Promise<MemberAccuracy> {
  return withCohortMember(seed, async (member) => {
    const labelOf = ({ gesture }: RecordedWindow) => gestureNames.indexOf(gesture);
    const splits = member.splits.filter(({ name }) => !name.startsWith('random-windows'));
    const job = { ...member.libemgJob(labelOf), evaluations: splits };
    const scores = {} as Record<Decoder, Record<string, Score>>;
    for (const decoder of decoders) scores[decoder] = await scoreDecoder(decoder, member, splits);
    return { seed, libemgWrong: countWrong(await libemg.run(job), splits, job.labels), scores };
  });
}

/** `repetitions/0` belongs to `repetitions`. */
const groupOf = (split: Split): string => split.name.split('/')[0] as string;

function countWrong(
  evaluations: readonly LibemgEvaluation[],
  splits: readonly Split[],
  labels: readonly number[],
): Record<string, number> {
  const wrong: Record<string, number> = {};
  for (const [at, { predictions }] of evaluations.entries()) {
    const split = splits[at] as Split;
    const here = predictions.filter((label, i) => label !== labels[split.test[i] as number]).length;
    wrong[groupOf(split)] = (wrong[groupOf(split)] ?? 0) + here;
  }
  return wrong;
}

async function scoreDecoder(
  decoder: Decoder,
  member: CohortMember,
  splits: readonly Split[],
): Promise<Record<string, Score>> {
  const scores: Record<string, Score> = {};
  const folder = await mkdtemp(join(tmpdir(), 'efferent-emg-'));
  const at = (indices: readonly number[]) => indices.map((index) => member.windows[index] as RecordedWindow);
  try {
    let fitted: Split | undefined;
    const file = join(folder, 'person.json');
    for (const split of splits) {
      // The same calibration meets every occasion.
      if (fitted === undefined || !sameIndices(fitted.train, split.train))
        await saveCalibration(file, await fit(decoder, at(split.train)));
      fitted = split;
      scores[groupOf(split)] = add(scores[groupOf(split)], await scoreWindows(file, at(split.test)));
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  return scores;
}

function fit(_decoder: Decoder, windows: readonly RecordedWindow[]): Promise<Calibration> {
  return Promise.resolve(fitCalibration('cohort', cohortSettings, windows));
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
      rejected: decision.rejected ? 1 : 0,
      activeErrors: decision.gesture !== 'rest' && decision.gesture !== gesture ? 1 : 0,
    });
  }
  await model.dispose();
  return score;
}

const noScore: Score = { windows: 0, wrong: 0, rejected: 0, activeErrors: 0 };

function add(a: Score = noScore, b: Score): Score {
  return {
    windows: a.windows + b.windows,
    wrong: a.wrong + b.wrong,
    rejected: a.rejected + b.rejected,
    activeErrors: a.activeErrors + b.activeErrors,
  };
}

function sameIndices(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((index, i) => index === b[i]);
}
