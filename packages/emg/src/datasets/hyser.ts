import { access, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type EmgDataSet, invalidDataSet, type Trial } from './data-set.ts';
import { hyserGrids } from './electrode-grid.ts';
import { readWfdbRecord } from './wfdb-record.ts';

const channelCount = 256;
const sampleRateHz = 2048;
/** Recordings of Hyser's pattern-recognition part: one second of moving into the gesture. */
const task = 'dynamic';

/**
 * Opens the pattern-recognition part of Hyser: folders `subjectNN_sessionK` with `dynamic_raw_sampleI.hea` and `.dat`,
 * and the gestures of the samples in `label_dynamic.txt`.
 *
 * @param folder - `pr_dataset`, or the folder that it is in
 * @see https://physionet.org/content/hd-semg/
 */
export async function openHyser(folder: string): Promise<EmgDataSet> {
  const root = (await exists(join(folder, 'pr_dataset'))) ? join(folder, 'pr_dataset') : folder;
  const found = (await readdir(root))
    .map((name) => ({ name, match: /^subject(\d+)_session(\d+)$/.exec(name) }))
    .filter(({ match }) => match !== null)
    .sort((a, b) => a.name.localeCompare(b.name));
  const [first] = found;
  if (first === undefined)
    throw invalidDataSet(
      root,
      'has no folder such as subject01_session1; give the folder pr_dataset of Hyser',
    );
  const { names } = await readWfdbRecord(await headerOf(join(root, first.name), 1));
  const grids = hyserGrids(names);
  if (grids === undefined || names.length !== channelCount) {
    throw invalidDataSet(
      join(root, first.name),
      `expected ${channelCount} channels named as ED-1-1, got ${names.length}, the first "${names[0]}"`,
    );
  }
  const sessions = found.map(({ name, match }) => ({
    person: match?.[1] ?? '',
    session: match?.[2] ?? '',
    trials: () => readTrials(join(root, name)),
  }));
  return { sampleRateHz, channelCount, grids, sessions };
}

async function* readTrials(folder: string): AsyncGenerator<Trial> {
  const labelFile = join(folder, `label_${task}.txt`);
  const labels = (await readFile(labelFile, 'utf8').catch(() => '')).trim().split(/[\s,]+/);
  const wrong = labels.find((label) => !/^\d+$/.test(label));
  if (wrong !== undefined) throw invalidDataSet(labelFile, `expected gestures as 3,17,…, got "${wrong}"`);
  const repetitions = new Map<string, number>();
  for (const [i, label] of labels.entries()) {
    const repetition = repetitions.get(label) ?? 0;
    repetitions.set(label, repetition + 1);
    const header = await headerOf(folder, i + 1);
    const record = await readWfdbRecord(header);
    if (record.names.length !== channelCount || record.sampleRateHz !== sampleRateHz) {
      throw invalidDataSet(
        header,
        `expected ${channelCount} channels at ${sampleRateHz} Hz, got ${record.names.length} at ${record.sampleRateHz} Hz`,
      );
    }
    yield { gesture: `gesture ${label}`, repetition, samplesUv: record.samplesUv };
  }
}

/** Raw samples where they are; who downloaded the filtered ones alone has those. */
async function headerOf(folder: string, sample: number): Promise<string> {
  for (const kind of ['raw', 'preprocess']) {
    const header = join(folder, `${task}_${kind}_sample${sample}.hea`);
    if (await exists(header)) return header;
  }
  throw invalidDataSet(folder, `has no ${task}_raw_sample${sample}.hea`);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
