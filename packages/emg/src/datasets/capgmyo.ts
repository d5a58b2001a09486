import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type EmgDataSet, invalidDataSet, type Trial } from './data-set.ts';
import { capgmyoGrid } from './electrode-grid.ts';
import { type MatArray, readMatArrays } from './mat-file.ts';

const channelCount = 128;
/** Full scale of the preprocessed files, ±1, is ±2.5 mV. */
const microvoltsPerUnit = 2500;
/** Gestures from here on are contractions of maximal force. */
const firstForceGesture = 100;

interface TrialFile {
  readonly path: string;
  readonly recording: number;
  readonly gesture: number;
  readonly trial: number;
  /** Database B: two recordings a person. */
  readonly isPaired: boolean;
}

/**
 * Opens the preprocessed CapgMyo databases: `sss-ggg-ttt.mat` (recording, gesture, trial) in any folders below `folder`.
 *
 * Below a folder whose name contains `dbb`, recordings 1 and 2, 3 and 4, … are two sessions of one person.
 * @see Du et al. 2017, Sensors 17:458
 */
export async function openCapgmyo(folder: string): Promise<EmgDataSet> {
  const files = (await readdir(folder, { recursive: true }))
    .map((name) => trialFileOf(folder, name))
    .filter((file) => file !== undefined)
    .filter(({ gesture }) => gesture < firstForceGesture);
  if (files.length === 0)
    throw invalidDataSet(folder, 'has no file such as 001-003-010.mat below it; unzip CapgMyo there');
  const recordings = Map.groupBy(files, ({ recording }) => recording);
  const sessions = [...recordings]
    .sort(([a], [b]) => a - b)
    .map(([recording, ofRecording]) => {
      const isPaired = ofRecording.some((file) => file.isPaired);
      return {
        person: String(isPaired ? Math.ceil(recording / 2) : recording),
        session: isPaired && recording % 2 === 0 ? '2' : '1',
        trials: () => readTrials(ofRecording),
      };
    });
  return { sampleRateHz: 1000, channelCount, grids: [capgmyoGrid], sessions };
}

function trialFileOf(folder: string, name: string): TrialFile | undefined {
  const match = /(\d{3})[-_](\d{3})[-_](\d{3})\.mat$/.exec(name);
  if (match === null) return undefined;
  const [, recording, gesture, trial] = match.map(Number) as [number, number, number, number];
  return { path: join(folder, name), recording, gesture, trial, isPaired: /dbb/i.test(join(folder, name)) };
}

async function* readTrials(files: readonly TrialFile[]): AsyncGenerator<Trial> {
  for (const { path, gesture, trial } of files.toSorted(
    (a, b) => a.gesture - b.gesture || a.trial - b.trial,
  )) {
    const data = readMatArrays(await readFile(path), path).get('data');
    if (data === undefined || data.shape.length !== 2 || data.shape[1] !== channelCount) {
      const got = data === undefined ? 'none' : data.shape.join('x');
      throw invalidDataSet(path, `expected a variable "data" of samples x ${channelCount}, got ${got}`);
    }
    yield { gesture: `gesture ${gesture}`, repetition: trial - 1, samplesUv: rowsOf(data) };
  }
}

function rowsOf({ shape, values }: MatArray): Float32Array {
  const sampleCount = shape[0] as number;
  const samplesUv = new Float32Array(values.length);
  for (let channel = 0; channel < channelCount; channel++) {
    for (let sample = 0; sample < sampleCount; sample++) {
      const value = values[channel * sampleCount + sample] as number;
      samplesUv[sample * channelCount + channel] = value * microvoltsPerUnit;
    }
  }
  return samplesUv;
}
