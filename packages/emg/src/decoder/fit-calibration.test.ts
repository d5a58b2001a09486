import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Rng } from '@efferent/core';
import { expect, onTestFinished, test } from 'vitest';
import { defaultSignalSettings } from './calibrate-synthetic.ts';
import { calibrationPath, loadCalibration, loadEvidence, saveCalibration } from './calibration-file.ts';
import { defaultProtocol, promptsOf } from './calibration-protocol.ts';
import type { CalibrationWindow } from './calibration-recorder.ts';
import { ensureCalibration } from './ensure-calibration.ts';
import { fitCalibration } from './fit-calibration.ts';

const settings = defaultSignalSettings(2000, 2);

/** Windows of two channels; every repetition of a gesture is shifted as a whole by `repetitionSd`, the second channel by `day`. */
function drawWindows(repetitionSd: number, day = 0, repetitions = 6): readonly CalibrationWindow[] {
  const rng = new Rng(1 + day);
  const centres = { rest: [1.5, 1.5], grip: [4, 2.5 + day], open: [2.5, 4 + day] } as const;
  return Array.from({ length: repetitions }, (_, repetition) => repetition).flatMap((repetition) =>
    (['rest', 'grip', 'open'] as const).flatMap((gesture) => {
      const sd = gesture === 'rest' ? 0.01 : repetitionSd;
      const shift = [rng.normal(0, sd), rng.normal(0, sd)];
      return Array.from({ length: 20 }, () => {
        const rms = centres[gesture].map((centre, c) => Math.exp(centre + shift[c]! + rng.normal(0, 0.05)));
        const features = Float32Array.from([...rms, ...rms, ...rms.map((v) => 99 * v), 80, 80, 90, 90]);
        const levelUv = (rms[0]! + rms[1]!) / 2;
        return {
          gesture,
          repetition,
          features,
          history: features,
          levelUv,
          strideLevelUv: levelUv,
          endSample: 0,
        };
      });
    }),
  );
}

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'efferent-emg-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

test('accuracy is held out by repetition: repetitions that differ count against it', async () => {
  const same = await fitCalibration('test', settings, drawWindows(0.02));
  const different = await fitCalibration('test', settings, drawWindows(1.2));
  expect(same.heldOut).toMatchObject({ accuracy: 1, activeErrorRate: 0, windowCount: 360 });
  expect(different.heldOut.accuracy).toBeLessThan(0.97);
  expect(different.heldOut.rejectionRate).toBeGreaterThan(same.heldOut.rejectionRate);
});

test('silence ends between rest and the gentlest gesture, and effort starts above rest', async () => {
  const windows = drawWindows(0.02);
  const { levels } = await fitCalibration('test', settings, windows);
  const levelsOf = (isRest: boolean) =>
    windows.filter(({ gesture }) => (gesture === 'rest') === isRest).map(({ levelUv }) => levelUv);
  expect(levels.silenceUv).toBeGreaterThan(Math.max(...levelsOf(true)));
  expect(levels.silenceUv).toBeLessThan(0.5 * Math.min(...levelsOf(false)));
  expect(levels.effortUv.grip![0]).toBeGreaterThan(Math.max(...levelsOf(true)));
  expect(levels.effortUv.rest).toBeUndefined();
});

test('a calibration without rest or with one repetition is refused', async () => {
  const windows = drawWindows(0.02);
  const noRest = windows.filter(({ gesture }) => gesture !== 'rest');
  const once = windows.filter(({ repetition }) => repetition === 0);
  await expect(fitCalibration('arm', settings, noRest)).rejects.toThrowError(/arm: .*\[grip, open\]/);
  await expect(fitCalibration('arm', settings, once)).rejects.toThrowError(
    /arm: calibration has 1 repetitions/,
  );
});

test('a saved calibration loads with the same settings, readable by its owner only', async () => {
  const file = calibrationPath(await temporaryFolder(), 'arm');
  const { model: linear, evidence, ...fitted } = await fitCalibration('arm', settings, drawWindows(0.3));
  await saveCalibration(file, { ...fitted, evidence, model: linear });
  const { calibration, model } = await loadCalibration(file);
  onTestFinished(() => model.dispose());
  expect(calibration).toEqual(fitted);
  expect(await loadEvidence(file)).toEqual(evidence);
  const files = await readdir(dirname(file));
  expect(files).toHaveLength(3);
  for (const each of ['.', ...files]) expect((await stat(join(dirname(file), each))).mode & 0o077).toBe(0);
});

test('a short recalibration is right about the new day with the help of the old one', async () => {
  const before = await fitCalibration('arm', settings, drawWindows(0.5));
  const again = drawWindows(0.5, 1, 2);
  const { evidence, heldOut, levels } = await fitCalibration('arm', settings, again, {
    earlier: before.evidence,
  });
  expect(heldOut.accuracy).toBeGreaterThan(0.9);
  expect(levels).toEqual((await fitCalibration('arm', settings, again)).levels);
  expect([...evidence.moments.counts]).toEqual([160, 160, 160]);
  const withoutOpen = again.filter(({ gesture }) => gesture !== 'open');
  const earlier = before.evidence;
  await expect(fitCalibration('arm', settings, withoutOpen, { earlier })).rejects.toThrowError(
    'arm: recalibration has [rest, grip], the calibration before [rest, grip, open]',
  );
  await expect(fitCalibration('arm', settings, again, { earlier, decoder: 'cnn' })).rejects.toThrowError(
    'arm: recalibration of the decoder cnn, but the calibration before is of lda',
  );
});

test('damaged evidence is refused by file and field', async () => {
  const file = calibrationPath(await temporaryFolder(), 'arm');
  await saveCalibration(file, await fitCalibration('arm', settings, drawWindows(0.3)));
  const evidence = file.replace('.json', '.evidence.json');
  const document = JSON.parse(await readFile(evidence, 'utf8'));
  await writeFile(evidence, JSON.stringify({ ...document, sums: document.counts }));
  await expect(loadEvidence(file)).rejects.toThrowError(`${evidence}: sums: 24 bytes, expected 240`);
  await writeFile(evidence, JSON.stringify({ ...document, prior: 'horoscope' }));
  await expect(loadEvidence(file)).rejects.toThrowError(`${evidence}: prior: `);
});

test('a wrong calibration file is refused by file and field', async () => {
  const file = calibrationPath(await temporaryFolder(), 'arm');
  await saveCalibration(file, await fitCalibration('arm', settings, drawWindows(0.3)));
  const document = JSON.parse(await readFile(file, 'utf8'));
  await writeFile(file, JSON.stringify({ ...document, reject_below: 2 }));
  await expect(loadCalibration(file)).rejects.toThrowError(`${file}: reject_below: `);
  await writeFile(file, JSON.stringify({ ...document, source_id: 'somebody-else' }));
  await expect(loadCalibration(file)).rejects.toMatchObject({ code: 'model-mismatch' });
  await writeFile(file, 'nonsense');
  await expect(loadCalibration(file)).rejects.toThrowError('make one with: npx efferent emg calibrate');
});

test('a virtual person without a calibration follows the prompts and gets one, a real one is asked to', async () => {
  const folder = await temporaryFolder();
  const file = calibrationPath(folder, 'synthetic-7-2000hz');
  const protocol = {
    ...defaultProtocol,
    repetitions: 2,
    gestures: ['rest', 'wflex', 'wextend'] as const,
    holdS: 0.9,
    restS: 0.2,
  };
  expect(await ensureCalibration(file, 'synthetic-7-2000hz', protocol)).toBe(true);
  expect(await ensureCalibration(file, 'synthetic-7-2000hz', protocol)).toBe(false);
  const { calibration, model } = await loadCalibration(file);
  onTestFinished(() => model.dispose());
  expect(calibration.gestures).toEqual(['rest', 'wflex', 'wextend']);
  expect(calibration.heldOut.accuracy).toBeGreaterThan(0.9);
  const missing = calibrationPath(folder, 'sleeve-3');
  await expect(ensureCalibration(missing, 'sleeve-3')).rejects.toMatchObject({ code: 'no-calibration' });
  expect(existsSync(missing)).toBe(false);
}, 60_000);

test('a protocol asks for every gesture once a repetition and rests in between', () => {
  const prompts = promptsOf(defaultProtocol, new Rng(4));
  expect(prompts).toHaveLength(8 * 10 * 2);
  for (let repetition = 0; repetition < 8; repetition++) {
    const asked = prompts.filter((prompt) => prompt.isRecorded && prompt.repetition === repetition);
    expect(asked.map(({ gesture }) => gesture).sort()).toEqual([...defaultProtocol.gestures].sort());
  }
  for (let i = 1; i < prompts.length; i += 2) {
    expect(prompts[i]).toMatchObject({ gesture: 'rest', isRecorded: false });
  }
});
