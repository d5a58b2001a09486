import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError } from '@efferent/core';
import { sleeveShape } from '../signal/sleeve-shape.ts';
import { featureNames } from '../signal/windowed-features.ts';

/** Length of a feature vector of the sleeve. */
export const sleeveFeatureCount = featureNames.length * sleeveShape.rings * sleeveShape.columns;

/** Made by `policies/training/train-gestures.sh`: float32, rows of a lower triangle one after the other. */
const file = join(import.meta.dirname, '../../models/sleeve-cohort.f32');
let loaded: Float64Array | undefined;

/**
 * Returns how windows of one gesture differ in a cohort of other people who wear the sleeve, the same for every rotation
 * by whole columns: covariance of log(1 + feature), `[feature, feature]`, lower triangle.
 *
 * @throws {@link ConfigurationError} code `unreadable-model`
 */
export function sleeveCohort(): Float64Array {
  loaded ??= read();
  return loaded;
}

function read(): Float64Array {
  const bytes = readFileSync(file);
  const expected = (sleeveFeatureCount * (sleeveFeatureCount + 1)) / 2;
  if (bytes.length !== 4 * expected)
    throw new ConfigurationError({
      code: 'unreadable-model',
      message: `${file}: ${bytes.length} bytes, expected ${4 * expected}; make it again with policies/training/train-gestures.sh`,
      fields: { file },
    });
  const covariance = new Float64Array(sleeveFeatureCount * sleeveFeatureCount);
  let at = 0;
  for (let i = 0; i < sleeveFeatureCount; i++) {
    for (let j = 0; j <= i; j++) {
      covariance[i * sleeveFeatureCount + j] = bytes.readFloatLE(at);
      at += 4;
    }
  }
  return covariance;
}
