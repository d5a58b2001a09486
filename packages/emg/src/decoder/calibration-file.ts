import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  ConfigurationError,
  describeError,
  finiteNumber,
  integer,
  nonEmptyString,
  nonNegativeNumber,
  parseWithSchema,
  positiveInteger,
  positiveNumber,
  record,
  strictObject,
  vector2,
} from '@efferent/core';
import { loadModel, type OnnxModel } from '@efferent/inference';
import * as v from 'valibot';
import { gestureNames } from '../gestures.ts';
import { featureNames } from '../signal/windowed-features.ts';
import { formatEvidence, parseEvidence } from './calibration-evidence.ts';
import { type DecoderName, decoderNames } from './decoder-name.ts';
import { inputOf, inputShape, readEncoder } from './encoder.ts';
import type { Calibration, CalibrationEvidence, FitOptions } from './fit-calibration.ts';
import { appendHead, decoderTensors, exportOnnx } from './onnx-export.ts';

const schema = strictObject({
  format: v.literal(1),
  source_id: nonEmptyString,
  sample_rate_hz: positiveNumber,
  channel_count: positiveInteger,
  // Calibrations of before there was a choice lack it.
  decoder: v.optional(v.picklist(decoderNames), 'lda'),
  filter: strictObject({
    order: positiveInteger,
    band_hz: v.strictTuple([positiveNumber, positiveNumber]),
    notches_hz: v.array(positiveNumber),
    notch_bandwidth_hz: positiveNumber,
  }),
  window: v.pipe(
    strictObject({
      window_samples: positiveInteger,
      stride_samples: positiveInteger,
      deadband_uv: nonNegativeNumber,
    }),
    v.check(
      (window) => window.window_samples % window.stride_samples === 0,
      'window_samples must be a multiple of stride_samples',
    ),
  ),
  gestures: v.pipe(v.array(v.picklist(gestureNames)), v.minLength(2)),
  silence_uv: nonNegativeNumber,
  effort_uv: record(v.string(), vector2),
  co_activation: strictObject({
    rest_uv: v.array(nonNegativeNumber),
    full_uv: v.array(nonNegativeNumber),
    threshold: positiveNumber,
  }),
  // float32, little-endian, base64. Calibrations of before changes were followed lack it.
  feature_means: v.optional(v.string(), ''),
  reject_below: v.pipe(finiteNumber, v.minValue(0), v.maxValue(1)),
  held_out: strictObject({
    accuracy: finiteNumber,
    active_error_rate: finiteNumber,
    rejection_rate: finiteNumber,
    window_count: integer,
  }),
});

/** A calibration as it is used: all but the weights, which are in the ONNX model. */
export type LoadedCalibration = Omit<Calibration, 'model' | 'evidence'>;

/** Returns where the calibration of a source is kept in a workspace: health data, never in git. */
export function calibrationPath(workspaceFolder: string, sourceId: string): string {
  return join(workspaceFolder, '.efferent', 'emg', `${sourceId}.json`);
}

/**
 * Writes a calibration: settings as JSON, and beside it under the same name the weights as ONNX and
 * what a recalibration adds to as `.evidence.json`.
 * @param file - path ending in `.json`; missing folders are made, for their owner only
 */
export async function saveCalibration(file: string, calibration: Calibration): Promise<void> {
  const { signal, levels, heldOut } = calibration;
  const document: v.InferInput<typeof schema> = {
    format: 1,
    source_id: calibration.sourceId,
    sample_rate_hz: signal.sampleRateHz,
    channel_count: signal.channelCount,
    decoder: calibration.decoder,
    filter: {
      order: signal.filter.order,
      band_hz: [...signal.filter.bandHz],
      notches_hz: [...signal.filter.notchesHz],
      notch_bandwidth_hz: signal.filter.notchBandwidthHz,
    },
    window: {
      window_samples: signal.window.windowSamples,
      stride_samples: signal.window.strideSamples,
      deadband_uv: signal.window.deadbandUv,
    },
    gestures: [...calibration.gestures],
    silence_uv: levels.silenceUv,
    effort_uv: Object.fromEntries(
      Object.entries(levels.effortUv).map(([name, [none, full]]) => [name, [none, full]]),
    ),
    co_activation: {
      rest_uv: [...levels.coActivation.restUv],
      full_uv: [...levels.coActivation.fullUv],
      threshold: levels.coActivation.threshold,
    },
    feature_means: Buffer.from(Float32Array.from(calibration.featureMeans).buffer).toString('base64'),
    reject_below: calibration.rejectBelow,
    held_out: {
      accuracy: heldOut.accuracy,
      active_error_rate: heldOut.activeErrorRate,
      rejection_rate: heldOut.rejectionRate,
      window_count: heldOut.windowCount,
    },
  };
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  await replaceFile(evidencePath(file), formatEvidence(calibration.evidence));
  await replaceFile(modelPath(file), await modelOf(calibration));
  await replaceFile(file, `${JSON.stringify(document, undefined, 2)}\n`);
}

/**
 * Reads a calibration and loads its ONNX model.
 *
 * @throws {@link ConfigurationError} code `unreadable-calibration` or `invalid-file`, naming file and field
 * @throws {@link ContractError} code `model-mismatch` when the model beside it is of another person or shape
 */
export async function loadCalibration(
  file: string,
): Promise<{ readonly calibration: LoadedCalibration; readonly model: OnnxModel }> {
  const document = parseWithSchema(schema, await readJson(file), file);
  const { filter, window, held_out: heldOut } = document;
  const calibration: LoadedCalibration = {
    sourceId: document.source_id,
    signal: {
      sampleRateHz: document.sample_rate_hz,
      channelCount: document.channel_count,
      filter: {
        order: filter.order,
        bandHz: filter.band_hz,
        notchesHz: filter.notches_hz,
        notchBandwidthHz: filter.notch_bandwidth_hz,
      },
      window: {
        windowSamples: window.window_samples,
        strideSamples: window.stride_samples,
        deadbandUv: window.deadband_uv,
      },
    },
    decoder: document.decoder,
    gestures: document.gestures,
    levels: {
      silenceUv: document.silence_uv,
      effortUv: document.effort_uv,
      coActivation: {
        restUv: document.co_activation.rest_uv,
        fullUv: document.co_activation.full_uv,
        threshold: document.co_activation.threshold,
      },
    },
    featureMeans: featureMeansIn(document, file),
    rejectBelow: document.reject_below,
    heldOut: {
      accuracy: heldOut.accuracy,
      activeErrorRate: heldOut.active_error_rate,
      rejectionRate: heldOut.rejection_rate,
      windowCount: heldOut.window_count,
    },
  };
  const featureCount = featureNames.length * document.channel_count;
  const model = await loadModel(modelPath(file), {
    contract: {
      inputs: [
        {
          name: inputOf(document.decoder),
          shape: inputShape(document.decoder, featureCount),
          type: 'float32',
        },
      ],
      outputs: [{ name: decoderTensors.output, shape: [1, document.gestures.length], type: 'float32' }],
      metadata: metadataOf(calibration),
    },
  });
  return { calibration, model };
}

function featureMeansIn(
  { feature_means: text, gestures, channel_count: channelCount }: v.InferOutput<typeof schema>,
  file: string,
): Float32Array {
  const bytes = Buffer.from(text, 'base64');
  const length = gestures.length * featureNames.length * channelCount;
  if (bytes.length !== 0 && bytes.length !== 4 * length)
    throw new ConfigurationError({
      code: 'invalid-file',
      message: `${file}: feature_means: ${bytes.length} bytes, expected ${4 * length}; calibrate again`,
      fields: { file, field: 'feature_means' },
    });
  return Float32Array.from({ length: bytes.length / 4 }, (_, i) => bytes.readFloatLE(4 * i));
}

/** Returns which decoder a kept calibration is of. @throws as {@link loadCalibration} */
export async function decoderIn(file: string): Promise<DecoderName> {
  return parseWithSchema(schema, await readJson(file), file).decoder;
}

/**
 * Reads what a recalibration adds to.
 * @param file - path of the calibration
 * @throws {@link ConfigurationError} code `unreadable-calibration` or `invalid-file`, naming file and field
 */
export async function loadEvidence(file: string): Promise<CalibrationEvidence> {
  return parseEvidence(await readJson(evidencePath(file)), evidencePath(file));
}

/**
 * Returns how to fit what shall be kept in a file.
 *
 * @param decoder - undefined takes that of the calibration that is added to, or the default
 * @param isAgain - whether to add to the calibration that is there
 * @throws {@link ConfigurationError} as {@link loadEvidence}
 */
export async function fitOptionsFor(
  file: string,
  decoder: DecoderName | undefined,
  isAgain: boolean,
): Promise<FitOptions> {
  return {
    ...(decoder === undefined ? {} : { decoder }),
    ...(isAgain ? { earlier: await loadEvidence(file) } : {}),
  };
}

const evidencePath = (file: string): string => file.replace(/\.json$/, '.evidence.json');

function modelPath(file: string): string {
  return file.replace(/\.json$/, '.onnx');
}

async function modelOf(calibration: Calibration): Promise<Uint8Array> {
  const { decoder, model } = calibration;
  if (decoder === 'lda') return exportOnnx(model, metadataOf(calibration));
  return appendHead(await readEncoder(decoder), model, metadataOf(calibration));
}

function metadataOf(calibration: LoadedCalibration): Readonly<Record<string, string>> {
  return {
    'efferent.source_id': calibration.sourceId,
    'efferent.features': featureNames.join(','),
    'efferent.gestures': calibration.gestures.join(','),
  };
}

async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    throw new ConfigurationError({
      code: 'unreadable-calibration',
      message: `${file}: ${describeError(cause)}; expected a calibration, make one with: npx efferent emg calibrate`,
      fields: { file },
      cause,
    });
  }
}

/** Writes beside and renames, so that a reader never meets half a file. */
async function replaceFile(file: string, content: string | Uint8Array): Promise<void> {
  const temporary = `${file}.${process.pid}.new`;
  await writeFile(temporary, content, { mode: 0o600 });
  await rename(temporary, file);
}
