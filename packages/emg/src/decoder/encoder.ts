import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigurationError } from '@efferent/core';
import { loadModel, type OnnxModel } from '@efferent/inference';
import { historyLength } from '../signal/feature-history.ts';
import { featureNames } from '../signal/windowed-features.ts';
import type { CalibrationWindow } from './calibration-recorder.ts';
import type { DecoderName } from './decoder-name.ts';
import { type Encoding, logarithms } from './encoding.ts';
import { decoderTensors, embeddingTensor } from './onnx-export.ts';
import { sleeveFeatureCount } from './sleeve-cohort.ts';
import { imaginedMoves, imagineMove } from './sleeve-moves.ts';

type NetworkName = Exclude<DecoderName, 'lda'>;

/** Made by `policies/training/train-gestures.sh`. */
const fileOf = (name: NetworkName): string => join(import.meta.dirname, `../../models/sleeve-${name}.onnx`);

/** Reads the file of a pre-trained network. @throws {@link ConfigurationError} code `unreadable-model` */
export async function readEncoder(name: NetworkName): Promise<Uint8Array> {
  const file = fileOf(name);
  try {
    return await readFile(file);
  } catch (cause) {
    throw new ConfigurationError({
      code: 'unreadable-model',
      message: `${file}: cannot be read; make it again with policies/training/train-gestures.sh`,
      fields: { file },
      cause,
    });
  }
}

/**
 * Prepares what a decoder makes of windows: for a network, runs it over all of them, as they are and as a sleeve that has
 * moved a little would have seen them.
 *
 * @throws {@link ConfigurationError} code `other-sleeve` when a network is asked about other electrodes than it knows
 */
export async function encodingFor(
  decoder: DecoderName,
  windows: readonly CalibrationWindow[],
): Promise<Encoding> {
  const featureCount = windows[0]?.features.length ?? 0;
  if (decoder === 'lda') return logarithms(featureCount);
  if (featureCount !== sleeveFeatureCount)
    throw new ConfigurationError({
      code: 'other-sleeve',
      message: `decoder ${decoder}: windows have ${featureCount} features, expected ${sleeveFeatureCount}, those of a sleeve of 4 x 16 electrodes; use the decoder lda`,
      fields: { decoder, featureCount },
    });
  const model = await loadModel(fileOf(decoder), {
    contract: {
      inputs: [{ name: inputOf(decoder), shape: inputShape(decoder, featureCount), type: 'float32' }],
      outputs: [{ name: embeddingTensor, shape: [1, 'any'], type: 'float32' }],
      metadata: { 'efferent.features': featureNames.join(',') },
    },
  });
  try {
    return await embed(model, windows);
  } finally {
    await model.dispose();
  }
}

/** Returns the input tensor of a decoder's graph. */
export function inputOf(decoder: DecoderName): 'features' | 'history' {
  return decoder === 'temporal' ? decoderTensors.history : decoderTensors.input;
}

export function inputShape(decoder: DecoderName, featureCount: number): readonly number[] {
  return decoder === 'temporal' ? [1, historyLength, featureCount] : [1, featureCount];
}

async function embed(model: OnnxModel, windows: readonly CalibrationWindow[]): Promise<Encoding> {
  const input = model.inputs[0]?.name as 'features' | 'history';
  const vectors = new Map<CalibrationWindow, readonly Float64Array[]>();
  for (const window of windows) {
    const variants: Float64Array[] = [];
    for (const moved of movedInputs(window[input]))
      variants.push(Float64Array.from((await model.run({ [input]: moved }))[embeddingTensor] ?? []));
    vectors.set(window, variants);
  }
  return {
    vectorLength: model.outputs[0]?.shape.at(-1) as number,
    priors: ['network'],
    vectorsOf: (window) => vectors.get(window) ?? [],
  };
}

/** Features are moved as logarithms; the first move is none. */
function movedInputs(features: Float32Array): readonly Float32Array[] {
  const logarithm = Float64Array.from(features, Math.log1p);
  const moved = new Float64Array(features.length);
  return imaginedMoves.map((move, index) => {
    if (index === 0) return features;
    imagineMove(logarithm, move, moved);
    return Float32Array.from(moved, Math.expm1);
  });
}
