import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DataSetSession, EmgDataSet, Trial } from './data-set.ts';
import { makeCapgmyoFile, makeTrial, writeFlexwearFile, writeHyserRecord } from './data-set-fixtures.ts';
import { evaluateDataSet } from './evaluate-data-set.ts';
import { openDataSet } from './open-data-set.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'efferent-data-sets-'));
});
afterAll(() => rm(root, { recursive: true }));

async function collect<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

async function trialsOf(dataSet: EmgDataSet, session = 0): Promise<readonly Trial[]> {
  const { trials } = dataSet.sessions[session] as DataSetSession;
  return collect(trials());
}

/** Tells that two signals are equal within a share of full scale. */
function expectSame(got: Float32Array, wanted: Float64Array, scale: number, tolerance: number): void {
  expect(got).toHaveLength(wanted.length);
  const furthest = got.reduce(
    (most, value, i) => Math.max(most, Math.abs(value - (wanted[i] as number) * scale)),
    0,
  );
  expect(furthest).toBeLessThan(tolerance);
}

describe('FlexWear-HD', () => {
  const made = (seed: number) => {
    const ofGesture = (gesture: number) =>
      [0, 1, 2].map((trial) => makeTrial(64, 1600, gesture, seed + trial));
    return { rest_p1: ofGesture(0), grip_p1: ofGesture(1), wflex_p1: ofGesture(2) };
  };
  const folder = () => join(root, 'FlexWear');

  beforeAll(async () => {
    for (const person of ['p001', 'p002']) {
      const below = join(folder(), 'FlexWear-HD_Dataset', person);
      await writeFlexwearFile(join(below, 'data_allchannels_initial.h5'), made(10));
      if (person === 'p001')
        await writeFlexwearFile(join(below, 'data_allchannels_recalibration.h5'), made(20));
    }
  });

  test('both sessions are read by gesture and repetition, on one scale', async () => {
    const dataSet = await openDataSet('flexwear', folder());
    expect(dataSet).toMatchObject({ sampleRateHz: 4000, channelCount: 64 });
    expect(dataSet.sessions.map(({ person, session }) => [person, session])).toEqual([
      ['p001', 'initial'],
      ['p001', 'recalibration'],
      ['p002', 'initial'],
    ]);
    const [initial, recalibration] = [await trialsOf(dataSet, 0), await trialsOf(dataSet, 1)];
    expect(initial.map(({ gesture, repetition }) => `${gesture} ${repetition}`)).toEqual(
      ['rest', 'grip', 'wflex'].flatMap((gesture) =>
        [0, 1, 2].map((repetition) => `${gesture} ${repetition}`),
      ),
    );
    const grip = made(10).grip_p1[1] as Float64Array;
    const scale = (initial[4]?.samplesUv[0] ?? 0) / (grip[0] as number);
    expect(scale * 0.49).toBeGreaterThan(40);
    expect(scale * 0.49).toBeLessThan(60);
    expectSame(initial[4]?.samplesUv ?? new Float32Array(), grip, scale, 0.01);
    expectSame(
      recalibration[4]?.samplesUv ?? new Float32Array(),
      made(20).grip_p1[1] as Float64Array,
      scale,
      0.01,
    );
  });

  test('people are evaluated across repetitions and sessions, and silent electrodes are named', async () => {
    const dataSet = await openDataSet('flexwear', folder());
    const [first, second, ...others] = await collect(evaluateDataSet(dataSet, []));
    expect(others).toEqual([]);
    expect(first?.acrossRepetitions).toBeGreaterThan(0.95);
    expect(first?.acrossSessions).toBeGreaterThan(0.95);
    expect(first?.quietElectrodes.map(({ row, column }) => [row, column])).toEqual([[1, 1]]);
    expect(second).toMatchObject({ person: 'p002', sessions: ['initial'], acrossSessions: undefined });
    await expect(collect(evaluateDataSet(dataSet, ['p003']))).rejects.toThrow('it has p001, p002');
  });

  test('gestures that cannot be told apart are not told apart', async () => {
    const same = [0, 1, 2, 3].map((trial) => makeTrial(64, 1600, 1, trial));
    const other = [4, 5, 6, 7].map((trial) => makeTrial(64, 1600, 1, trial));
    const alike = join(root, 'alike');
    await writeFlexwearFile(join(alike, 'p001', 'data_allchannels_initial.h5'), {
      grip_p1: same,
      extend_p1: other,
      wflex_p1: other,
    });
    const [figures] = await collect(evaluateDataSet(await openDataSet('flexwear', alike), []));
    expect(figures?.acrossRepetitions).toBeLessThan(0.75);
    expect(figures?.mostConfused?.share).toBeGreaterThan(0.2);
  });

  test('files of another kind or shape are refused by name', async () => {
    const file = join(root, 'broken', 'p001', 'data_allchannels_initial.h5');
    await mkdir(join(file, '..'), { recursive: true });
    await writeFile(file, 'no HDF5');
    const read = async () => trialsOf(await openDataSet('flexwear', join(root, 'broken')));
    await expect(read()).rejects.toThrow(`${file}: is no HDF5 file`);
    await writeFlexwearFile(file, { fist: [makeTrial(64, 10, 0, 0)] });
    await expect(read()).rejects.toThrow('has none of rest_p1, grip_p1');
  });
});

describe('Hyser', () => {
  const labels = [3, 17, 3];
  const trial = (sample: number) => makeTrial(256, 100, labels[sample - 1] as number, sample);
  const session = (folder: string) => join(folder, 'pr_dataset', 'subject01_session1');

  async function write(folder: string): Promise<string> {
    for (const sample of [1, 2, 3])
      await writeHyserRecord(session(folder), `dynamic_raw_sample${sample}`, trial(sample));
    await writeFile(join(session(folder), 'label_dynamic.txt'), `${labels.join(',')}\n`);
    return folder;
  }

  test('samples have their gestures, repetitions, microvolts and places', async () => {
    const dataSet = await openDataSet('hyser', await write(join(root, 'hyser')));
    expect(dataSet).toMatchObject({ sampleRateHz: 2048, channelCount: 256 });
    expect(dataSet.grids.map(({ name }) => name)).toEqual(['ED', 'EP', 'FD', 'FP']);
    expect(dataSet.grids[1]?.channels[7]?.[7]).toBe(64);
    expect(dataSet.grids[0]?.channels[0]?.[0]).toBe(63);
    const trials = await trialsOf(dataSet);
    expect(trials.map(({ gesture, repetition }) => [gesture, repetition])).toEqual([
      ['gesture 3', 0],
      ['gesture 17', 0],
      ['gesture 3', 1],
    ]);
    const wanted = trial(2).map((volts) => Math.max(-32_755 / 20_000, Math.min(32_779 / 20_000, volts)));
    expectSame(trials[1]?.samplesUv ?? new Float32Array(), wanted, 1e6, 30);
  });

  test('damage is found by the checksum, and by what is missing', async () => {
    const folder = await write(join(root, 'damaged'));
    const read = async () => trialsOf(await openDataSet('hyser', folder));
    const data = join(session(folder), 'dynamic_raw_sample2.dat');
    await writeFile(data, Buffer.alloc(256 * 100 * 2));
    await expect(read()).rejects.toThrow(/dynamic_raw_sample2\.hea: checksum of signal "ED-8-8"/);
    await truncate(data, 1000);
    await expect(read()).rejects.toThrow(/dynamic_raw_sample2\.dat: has 1 samples; its header says 100/);
    await rm(join(session(folder), 'dynamic_raw_sample2.hea'));
    await expect(read()).rejects.toThrow('has no dynamic_raw_sample2.hea');
    await writeFile(join(session(folder), 'label_dynamic.txt'), 'fist,open');
    await expect(read()).rejects.toThrow('label_dynamic.txt: expected gestures as 3,17,…, got "fist"');
  });
});

describe('CapgMyo', () => {
  async function write(folder: string, recording: string, below: string): Promise<void> {
    const into = join(folder, below);
    await mkdir(into, { recursive: true });
    for (const gesture of [1, 2]) {
      for (const trial of [1, 2]) {
        const name = `${recording}-00${gesture}-00${trial}.mat`;
        await writeFile(join(into, name), makeCapgmyoFile(makeTrial(128, 100, gesture, trial), trial === 2));
      }
    }
    await writeFile(join(into, `${recording}-100-001.mat`), 'maximal force is not read');
  }

  test('recordings of database B are two sessions of one person', async () => {
    const folder = join(root, 'capgmyo');
    for (const recording of ['001', '002', '003'])
      await write(folder, recording, `dbb-preprocessed-${recording}`);
    const dataSet = await openDataSet('capgmyo', folder);
    expect(dataSet.sessions.map(({ person, session }) => [person, session])).toEqual([
      ['1', '1'],
      ['1', '2'],
      ['2', '1'],
    ]);
    const trials = await trialsOf(dataSet);
    expect(trials.map(({ gesture, repetition }) => [gesture, repetition])).toEqual([
      ['gesture 1', 0],
      ['gesture 1', 1],
      ['gesture 2', 0],
      ['gesture 2', 1],
    ]);
    expectSame(trials[3]?.samplesUv ?? new Float32Array(), makeTrial(128, 100, 2, 2), 2500, 0.01);
    expect(dataSet.grids[0]?.channels.map((row) => row.length)).toEqual(Array(8).fill(16));
  });

  test('recordings of database A are one session each', async () => {
    const folder = join(root, 'capgmyo-a');
    await write(folder, '002', 'dba-s2');
    const { sessions } = await openDataSet('capgmyo', folder);
    expect(sessions.map(({ person, session }) => [person, session])).toEqual([['2', '1']]);
  });

  test('an array of another shape is refused by file', async () => {
    const folder = join(root, 'capgmyo-narrow');
    await mkdir(folder);
    await writeFile(
      join(folder, '001-001-001.mat'),
      makeCapgmyoFile(makeTrial(128, 5, 1, 1), true).subarray(0, 200),
    );
    await expect(openDataSet('capgmyo', folder).then((each) => trialsOf(each))).rejects.toThrow(
      /001-001-001\.mat: is damaged/,
    );
  });
});

test('a folder that is not there, or that is of another data set, says what is expected', async () => {
  await expect(openDataSet('hyser', join(root, 'nowhere'))).rejects.toThrow('nowhere: is not there');
  await expect(openDataSet('ninapro', root)).rejects.toThrow('expected one of flexwear, hyser, capgmyo');
  const empty = join(root, 'empty');
  await mkdir(empty);
  await expect(openDataSet('hyser', empty)).rejects.toThrow('has no folder such as subject01_session1');
  await expect(openDataSet('flexwear', empty)).rejects.toThrow('has no p001/data_allchannels_initial.h5');
  await expect(openDataSet('capgmyo', empty)).rejects.toThrow('has no file such as 001-003-010.mat');
});
