import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Rng } from '@efferent/core';
import { loadModel } from '@efferent/inference';
import { expect, onTestFinished, test } from 'vitest';
import { type LinearDiscriminant, softmaxInPlace, writeLogits } from './linear-discriminant.ts';
import { exportOnnx } from './onnx-export.ts';

const featureCount = 320;
const classCount = 10;

function randomModel(seed: number): LinearDiscriminant {
  const rng = new Rng(seed);
  const draw = (length: number, low: number, high: number) =>
    Float32Array.from({ length }, () => rng.range(low, high));
  return {
    featureCount,
    classCount,
    mean: draw(featureCount, 1, 6),
    weights: draw(featureCount * classCount, -0.5, 0.5),
    bias: draw(classCount, -3, 3),
    temperature: rng.range(0.5, 20),
  };
}

test('onnxruntime computes the probabilities of the TypeScript model to 1e-5', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'efferent-emg-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const seed of [1, 2, 3]) {
    const model = randomModel(seed);
    const file = join(folder, `${seed}.onnx`);
    await writeFile(file, exportOnnx(model, { 'efferent.gestures': 'rest,grip' }));
    const session = await loadModel(file, {
      contract: {
        inputs: [{ name: 'features', shape: [1, featureCount], type: 'float32' }],
        outputs: [{ name: 'probabilities', shape: [1, classCount], type: 'float32' }],
        metadata: { 'efferent.gestures': 'rest,grip' },
      },
    });
    onTestFinished(() => session.dispose());
    const rng = new Rng(seed + 100);
    const expected = new Float64Array(classCount);
    for (let i = 0; i < 20; i++) {
      const features = Float32Array.from({ length: featureCount }, () => rng.range(0, 400));
      writeLogits(model, Float64Array.from(features, Math.log1p), expected);
      softmaxInPlace(expected, model.temperature);
      const { probabilities } = await session.run({ features });
      probabilities!.forEach((probability, k) => {
        expect(Math.abs(probability - expected[k]!)).toBeLessThan(1e-5);
      });
    }
  }
});
