import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { forgetHealthData, noteRecording } from './health-data.ts';

let folder: string;
let root: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'efferent-health-'));
  root = join(folder, '.efferent', 'emg');
});

afterEach(() => rm(folder, { recursive: true }));

async function record(bag: string): Promise<void> {
  await mkdir(bag, { recursive: true });
  await writeFile(join(bag, `${bag.split('/').at(-1)}_0.mcap`), 'x');
  await writeFile(join(bag, 'metadata.yaml'), 'x');
  await noteRecording(root, bag);
}

test('calibrations and recordings are forgotten, those that lie elsewhere too', async () => {
  await mkdir(root, { recursive: true });
  await writeFile(join(root, 'sessantaquattro-anna.json'), '{}');
  await record(join(root, 'recordings', 'a'));
  await record(join(folder, 'elsewhere'));
  const deleted = await forgetHealthData(root);
  expect(deleted.map((file) => file.slice(folder.length + 1)).sort()).toEqual([
    '.efferent/emg/recordings-elsewhere.txt',
    '.efferent/emg/recordings/a/a_0.mcap',
    '.efferent/emg/recordings/a/metadata.yaml',
    '.efferent/emg/sessantaquattro-anna.json',
    'elsewhere/elsewhere_0.mcap',
    'elsewhere/metadata.yaml',
  ]);
  expect(existsSync(root)).toBe(false);
  expect(existsSync(join(folder, 'elsewhere'))).toBe(false);
  expect(await forgetHealthData(root)).toEqual([]);
});

test('a folder elsewhere keeps what is not of the recording', async () => {
  const bag = join(folder, 'mine');
  await record(bag);
  await writeFile(join(bag, 'notes.txt'), 'x');
  await forgetHealthData(root);
  expect(await readdir(bag)).toEqual(['notes.txt']);
});

test('the list of recordings elsewhere is readable by its owner only', async () => {
  await record(join(folder, 'elsewhere'));
  expect((await stat(join(root, 'recordings-elsewhere.txt'))).mode & 0o777).toBe(0o600);
});
