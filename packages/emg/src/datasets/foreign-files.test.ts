import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describeError } from '@efferent/core';
import { afterAll, expect, test } from 'vitest';
import { openDataSet } from './open-data-set.ts';

const folder = await mkdtemp(join(tmpdir(), 'efferent-foreign-'));
afterAll(() => rm(folder, { recursive: true }));

/** What the libraries of others wrote, or why they did not. */
async function write(): Promise<{ readonly capgmyo: number; readonly hyser: number } | string> {
  const script = join(import.meta.dirname, '../../python/write_data_sets.py');
  try {
    const python = process.env.EFFERENT_PYTHON ?? 'python3';
    const { stdout } = await promisify(execFile)(python, [script, folder], { timeout: 60_000 });
    return JSON.parse(stdout);
  } catch (error) {
    return `pip install h5py scipy wfdb, and EFFERENT_PYTHON=<that python>: ${describeError(error).trim().split('\n').at(-1)}`;
  }
}

const written = await write();

test('files by h5py, SciPy and WFDB are read as they were written', async (context) => {
  if (typeof written === 'string') return context.skip(written);
  const firstTrial = async (name: string) => {
    const dataSet = await openDataSet(name, join(folder, name));
    for await (const trial of dataSet.sessions[0]?.trials() ?? []) return { dataSet, trial };
    throw new Error(`${name} is empty`);
  };
  const capgmyo = await firstTrial('capgmyo');
  expect(capgmyo.trial.samplesUv[7 * 128 + 5]).toBeCloseTo(written.capgmyo, 3);
  const hyser = await firstTrial('hyser');
  expect(hyser.trial.samplesUv[7 * 256 + 5]).toBeCloseTo(written.hyser, 0);
  const flexwear = await firstTrial('flexwear');
  expect(flexwear.dataSet.sessions).toHaveLength(2);
  expect(flexwear.trial.samplesUv).toHaveLength(2000 * 64);
  const rms = (channel: number) => {
    const values = flexwear.trial.samplesUv.filter((_, i) => i % 64 === channel);
    return Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
  };
  expect(rms(0) / rms(1)).toBeCloseTo(4, 0);
}, 60_000);
