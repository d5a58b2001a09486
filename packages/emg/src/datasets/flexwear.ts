import { access, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describeError } from '@efferent/core';
import type { Dataset, File } from 'h5wasm/node';
import { type EmgDataSet, invalidDataSet, type Trial } from './data-set.ts';
import { flexwearGrid } from './electrode-grid.ts';

const channelCount = 64;
/** Our names of the ten gestures, by the names of the data sets in a file. */
const gestures: Readonly<Record<string, string>> = {
  rest_p1: 'rest',
  grip_p1: 'grip',
  extend_p1: 'open',
  tripod_p1: 'tripod',
  wflex_p1: 'wflex',
  wextend_p1: 'wextend',
  abduct_p1: 'abduct',
  adduct_p1: 'adduct',
  pronate_p1: 'pronate',
  supinate_p1: 'supinate',
};
const occasions = ['initial', 'recalibration'] as const;
/** The unit of the files is not published: the first repetition of a person is scaled to this, µV. */
const typicalRmsUv = 50;

/**
 * Opens FlexWear-HD: folders `p001` … with `data_allchannels_initial.h5` and `data_allchannels_recalibration.h5`, a data
 * set `[trial, electrode, timestep]` a gesture.
 *
 * @param folder - the folder that has `p001`, or the one above it
 * @see https://huggingface.co/datasets/jehanyang/FlexWear-HD
 */
export async function openFlexwear(folder: string): Promise<EmgDataSet> {
  const below = join(folder, 'FlexWear-HD_Dataset');
  const root = (await exists(below)) ? below : folder;
  const people = (await readdir(root)).filter((name) => /^p\d{3}$/.test(name)).sort();
  const sessions = [];
  for (const person of people) {
    const files: { session: string; file: string }[] = [];
    for (const occasion of occasions) {
      const file = join(root, person, `data_allchannels_${occasion}.h5`);
      if (await exists(file)) files.push({ session: occasion, file });
    }
    const [first] = files;
    if (first === undefined) continue;
    for (const { session, file } of files) {
      sessions.push({ person, session, trials: () => readTrials(file, first.file) });
    }
  }
  if (sessions.length === 0)
    throw invalidDataSet(
      root,
      'has no p001/data_allchannels_initial.h5; give the folder FlexWear-HD_Dataset',
    );
  return { sampleRateHz: 4000, channelCount, grids: [flexwearGrid], sessions };
}

/** @param scaleFile - the person's first session: both have one scale, or a change of amplitude between them were hidden */
async function* readTrials(path: string, scaleFile: string): AsyncGenerator<Trial> {
  const scale = typicalRmsUv / (await withGestures(scaleFile, firstRepetitionRms));
  const file = await openFile(path);
  try {
    for (const [gesture, dataset] of gesturesOf(file, path)) {
      for (let repetition = 0; repetition < (dataset.shape?.[0] ?? 0); repetition++) {
        yield { gesture, repetition, samplesUv: readTrial(dataset, repetition, scale) };
      }
    }
  } finally {
    file.close();
  }
}

async function withGestures<T>(
  path: string,
  use: (gestures: readonly (readonly [string, Dataset])[]) => T,
): Promise<T> {
  const file = await openFile(path);
  try {
    return use(gesturesOf(file, path));
  } finally {
    file.close();
  }
}

async function openFile(path: string): Promise<File> {
  const { default: hdf5 } = await import('h5wasm/node');
  // Without it the library writes its errors to the terminal and goes on.
  (await hdf5.ready).activate_throwing_error_handler();
  try {
    return new hdf5.File(path, 'r');
  } catch (error) {
    throw invalidDataSet(path, `is no HDF5 file or damaged: ${describeError(error)}`);
  }
}

function gesturesOf(file: File, path: string): readonly (readonly [string, Dataset])[] {
  const found = Object.entries(gestures).flatMap(([name, gesture]) => {
    if (!file.keys().includes(name)) return [];
    const dataset = file.get(name) as Dataset;
    const shape = dataset.shape ?? [];
    if (shape.length !== 3 || shape[1] !== channelCount) {
      throw invalidDataSet(
        path,
        `"${name}" is ${shape.join('x') || 'no array'}; expected trials x ${channelCount} x samples`,
      );
    }
    return [[gesture, dataset] as const];
  });
  if (found.length === 0)
    throw invalidDataSet(
      path,
      `has none of ${Object.keys(gestures).join(', ')}; got ${file.keys().join(', ')}`,
    );
  return found;
}

function readTrial(dataset: Dataset, trial: number, scale: number): Float32Array {
  const values = dataset.slice([[trial, trial + 1], [], []]) as ArrayLike<number | bigint>;
  const sampleCount = values.length / channelCount;
  const samplesUv = new Float32Array(values.length);
  for (let channel = 0; channel < channelCount; channel++) {
    for (let sample = 0; sample < sampleCount; sample++) {
      samplesUv[sample * channelCount + channel] = Number(values[channel * sampleCount + sample]) * scale;
    }
  }
  return samplesUv;
}

/** Median over channels of the RMS about the mean in the first repetition of every gesture. */
function firstRepetitionRms(datasets: readonly (readonly [string, Dataset])[]): number {
  const trials = datasets.map(([, dataset]) => readTrial(dataset, 0, 1));
  const levels = Array.from({ length: channelCount }, (_, channel) => {
    let count = 0;
    let sum = 0;
    let squares = 0;
    for (const trial of trials) {
      for (let i = channel; i < trial.length; i += channelCount) {
        const value = trial[i] as number;
        count += 1;
        sum += value;
        squares += value * value;
      }
    }
    return Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2));
  }).sort((a, b) => a - b);
  return levels[channelCount / 2] || 1;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
