import {
  ConfigurationError,
  nonEmptyString,
  parseWithSchema,
  positiveInteger,
  strictObject,
} from '@efferent/core';
import * as v from 'valibot';
import { gestureNames } from '../gestures.ts';
import { decoderNames } from './decoder-name.ts';
import type { CalibrationEvidence } from './fit-calibration.ts';
import { priors } from './prior.ts';

/** Arrays are float64, little-endian, base64. */
const schema = strictObject({
  format: v.literal(2),
  gestures: v.array(v.picklist(gestureNames)),
  decoder: v.picklist(decoderNames),
  prior: v.picklist(priors),
  feature_count: positiveInteger,
  counts: nonEmptyString,
  sums: nonEmptyString,
  products: nonEmptyString,
});

/** Writes the evidence of a calibration as JSON. */
export function formatEvidence({ gestures, decoder, prior, moments }: CalibrationEvidence): string {
  const document: v.InferInput<typeof schema> = {
    format: 2,
    gestures: [...gestures],
    decoder,
    prior,
    feature_count: moments.featureCount,
    counts: encode(moments.counts),
    sums: encode(moments.sums),
    products: encode(moments.products),
  };
  return `${JSON.stringify(document)}\n`;
}

/** Reads what {@link formatEvidence} wrote. @throws {@link ConfigurationError} code `invalid-file`, naming file and field */
export function parseEvidence(json: unknown, file: string): CalibrationEvidence {
  const document = parseWithSchema(schema, json, file);
  const { gestures, decoder, prior, feature_count: featureCount } = document;
  const classCount = gestures.length;
  const read = (field: 'counts' | 'sums' | 'products', length: number): Float64Array => {
    const bytes = Buffer.from(document[field], 'base64');
    if (bytes.length === 8 * length)
      return Float64Array.from({ length }, (_, i) => bytes.readDoubleLE(8 * i));
    throw new ConfigurationError({
      code: 'invalid-file',
      message: `${file}: ${field}: ${bytes.length} bytes, expected ${8 * length}; calibrate again`,
      fields: { file, field },
    });
  };
  const moments = {
    featureCount,
    classCount,
    counts: read('counts', classCount),
    sums: read('sums', classCount * featureCount),
    products: read('products', featureCount * featureCount),
  };
  return { gestures, decoder, prior, moments };
}

function encode(values: Float64Array): string {
  const bytes = Buffer.alloc(8 * values.length);
  values.forEach((value, i) => {
    bytes.writeDoubleLE(value, 8 * i);
  });
  return bytes.toString('base64');
}
