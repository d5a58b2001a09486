import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadModel } from './index.ts';

const affine = join(import.meta.dirname, '../test-data/affine.onnx');
const contract = {
  inputs: [{ name: 'x', shape: [1, 3], type: 'float32' }],
  outputs: [{ name: 'y', shape: [1, 3], type: 'float32' }],
  metadata: { 'efferent.policy': 'affine' },
};

test('a model that fits its contract runs and reuses its output buffer', async () => {
  const model = await loadModel(affine, { contract });
  const first = (await model.run({ x: Float32Array.of(1, 2, 3) })).y;
  expect([...first!]).toEqual([3, 5, 7]);
  const second = (await model.run({ x: Float32Array.of(0, -1, 0.5) })).y;
  expect(second).toBe(first);
  expect([...second!]).toEqual([1, -1, 2]);
  await model.dispose();
});

test('metadata is read from the file, in UTF-8', async () => {
  const model = await loadModel(affine);
  expect(Object.fromEntries(model.metadata)).toEqual({
    'efferent.policy': 'affine',
    'efferent.note': 'grün',
  });
  await model.dispose();
});

test('every mismatch of names, shapes, types and metadata is named', async () => {
  const wrong = {
    inputs: [{ name: 'x', shape: [1, 4], type: 'float64' }],
    outputs: [{ name: 'z', shape: [1, 3], type: 'float32' }],
    metadata: { 'efferent.policy': 'other', 'efferent.robot': 'stretch' },
  };
  const failure = loadModel(affine, { contract: wrong });
  await expect(failure).rejects.toMatchObject({ family: 'contract', code: 'model-mismatch' });
  const message = await failure.then(
    () => '',
    (error: Error) => error.message,
  );
  expect(message.split('\n').map((line) => line.replace(affine, 'F'))).toEqual([
    'F: input "x" is float32, expected float64',
    'F: input "x" has shape [batch, 3], expected [1, 4]',
    'F: output "z" is missing; the model has y',
    'F: output "y" is not expected',
    'F: metadata "efferent.policy" is "affine", expected "other"',
    'F: metadata "efferent.robot" is missing, expected "stretch"',
  ]);
});

test('a feed of the wrong size is refused by input name', async () => {
  const model = await loadModel(affine);
  await expect(model.run({ x: new Float32Array(2) })).rejects.toMatchObject({
    code: 'bad-feed',
    fields: { input: 'x' },
  });
  await expect(model.run({})).rejects.toMatchObject({ code: 'bad-feed' });
  await model.dispose();
});

test('two overlapping runs are refused because they would share buffers', async () => {
  const model = await loadModel(affine);
  const first = model.run({ x: Float32Array.of(1, 1, 1) });
  await expect(model.run({ x: Float32Array.of(2, 2, 2) })).rejects.toMatchObject({
    code: 'inference-overlap',
  });
  expect([...(await first).y!]).toEqual([3, 3, 3]);
  await model.dispose();
});

test('a missing file and a file that is no model are told apart', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'efferent-inference-'));
  await expect(loadModel(join(folder, 'absent.onnx'))).rejects.toMatchObject({
    family: 'configuration',
    code: 'unreadable-model',
  });
  await writeFile(join(folder, 'text.onnx'), 'not a model at all');
  await expect(loadModel(join(folder, 'text.onnx'))).rejects.toMatchObject({
    family: 'contract',
    code: 'not-onnx',
  });
});
