import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { SyntheticForearm } from '../forearm/synthetic-forearm.ts';
import { createVirtualPerson } from '../forearm/virtual-person.ts';
import { calibrateSynthetic, defaultSignalSettings, recordPrompts } from './calibrate-synthetic.ts';
import { loadCalibration, loadEvidence, saveCalibration } from './calibration-file.ts';
import { defaultProtocol } from './calibration-protocol.ts';
import { encodingFor } from './encoder.ts';
import { softmaxInPlace, writeLogits } from './linear-discriminant.ts';

const protocol = {
  ...defaultProtocol,
  gestures: ['rest', 'wflex', 'wextend', 'grip'] as const,
  repetitions: 3,
  holdS: 0.9,
  restS: 0.1,
};
const person = { personSeed: 1200, sampleRateHz: 2000 };

test.for(['cnn', 'temporal'] as const)(
  'the decoder %s is one small ONNX file: the network and what was fitted to the person',
  { timeout: 60_000 },
  async (decoder) => {
    const folder = await mkdtemp(join(tmpdir(), 'efferent-emg-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, 'person.json');
    const fitted = await calibrateSynthetic(person, protocol, { decoder });
    expect(fitted.heldOut.accuracy).toBeGreaterThan(0.8);
    await saveCalibration(file, fitted);
    expect((await stat(join(folder, 'person.onnx'))).size).toBeLessThan(5e6);
    const { calibration, model } = await loadCalibration(file);
    onTestFinished(() => model.dispose());
    expect(calibration.decoder).toBe(decoder);

    const forearm = new SyntheticForearm({
      person: createVirtualPerson(1200),
      recordingSeed: 7,
      sampleRateHz: 2000,
    });
    const windows = recordPrompts(forearm, defaultSignalSettings(2000, 64), { ...protocol, repetitions: 1 });
    const encoding = await encodingFor(decoder, windows);
    const expected = new Float64Array(4);
    for (const window of windows) {
      writeLogits(fitted.model, encoding.vectorsOf(window)[0]!, expected);
      softmaxInPlace(expected, fitted.model.temperature);
      const input = decoder === 'temporal' ? { history: window.history } : { features: window.features };
      const { probabilities } = await model.run(input);
      probabilities!.forEach((probability, k) => {
        expect(probability).toBeCloseTo(expected[k]!, 4);
      });
    }

    const again = await calibrateSynthetic(
      person,
      { ...protocol, repetitions: 2 },
      { earlier: await loadEvidence(file) },
    );
    expect(again.decoder).toBe(decoder);
    expect(again.evidence.moments.counts[0]).toBeGreaterThan(fitted.evidence.moments.counts[0]!);
  },
);

test('a network is not asked about electrodes that it does not know', async () => {
  const window = {
    gesture: 'rest',
    repetition: 0,
    endSample: 0,
    features: new Float32Array(40),
    history: new Float32Array(320),
    levelUv: 1,
    strideLevelUv: 1,
  } as const;
  await expect(encodingFor('cnn', [window])).rejects.toThrowError(
    'decoder cnn: windows have 40 features, expected 320',
  );
});
