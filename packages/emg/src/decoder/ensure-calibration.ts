import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { ConfigurationError } from '@efferent/core';
import { parseSyntheticSourceId } from '../forearm/synthetic-source.ts';
import { decoderIn } from './calibration-file.ts';
import { type CalibrationProtocol, defaultProtocol } from './calibration-protocol.ts';
import type {
  CalibrationAnswer,
  CalibrationJob,
  CalibrationRecording,
  VirtualCalibration,
} from './calibration-worker.ts';
import type { DecoderName } from './decoder-name.ts';

/** Recording and fitting a person takes seconds; on a machine that is busy some tens of them. */
const fitLimitMs = 180_000;

/**
 * Makes sure that a source has a calibration: a synthetic person follows the prompts at once, anybody else has to be
 * calibrated first.
 *
 * @param file - where the calibration is or shall be
 * @param decoder - wanted; a calibration of another one is made anew
 * @returns whether it was made now
 * @throws {@link ConfigurationError} code `no-calibration` when the source is not synthetic and the file is missing or of
 *   another decoder
 */
export async function ensureCalibration(
  file: string,
  sourceId: string,
  protocol: CalibrationProtocol = defaultProtocol,
  decoder?: DecoderName,
): Promise<boolean> {
  if (await hasCalibration(file, decoder)) return false;
  const person = parseSyntheticSourceId(sourceId);
  if (person === undefined) {
    throw new ConfigurationError({
      code: 'no-calibration',
      message: `${file}: no calibration for "${sourceId}"${decoder === undefined ? '' : ` of the decoder ${decoder}`}; make one with npx efferent emg calibrate --source …, or give the parameter calibration a file`,
      fields: { file, sourceId },
    });
  }
  await calibrateInWorker({ person, protocol, file, decoder, isAgain: false });
  return true;
}

/** Tells whether there is a calibration, and of the decoder that is wanted where one is. */
export async function hasCalibration(file: string, decoder: DecoderName | undefined): Promise<boolean> {
  return existsSync(file) && (decoder === undefined || (await decoderIn(file)) === decoder);
}

/**
 * Fits a decoder to what was recorded, in a thread of its own, and writes it.
 * @throws {@link ConfigurationError} code `calibration-failed`; the file is as it was
 */
export function fitInWorker(recording: CalibrationRecording, file: string): Promise<void> {
  return runInWorker({ ...recording, file });
}

/**
 * Calibrates a virtual person in a thread of its own (it takes seconds of computing, and control loops of the same
 * process must go on) and writes the result.
 * @throws {@link ConfigurationError} code `calibration-failed`
 */
export function calibrateInWorker(job: VirtualCalibration & { readonly file: string }): Promise<void> {
  return runInWorker(job);
}

async function runInWorker(job: CalibrationJob): Promise<void> {
  const worker = new Worker(new URL('./calibration-worker.ts', import.meta.url), { workerData: job });
  const limit = AbortSignal.timeout(fitLimitMs);
  try {
    const [answer] = (await once(worker, 'message', { signal: limit })) as [CalibrationAnswer];
    if (!answer.ok) throw notCalibrated(job.file, answer.message);
  } catch (error) {
    throw limit.aborted ? notCalibrated(job.file, `not done after ${fitLimitMs / 1000} s`) : error;
  } finally {
    await worker.terminate();
  }
}

const notCalibrated = (file: string, reason: string): ConfigurationError =>
  new ConfigurationError({ code: 'calibration-failed', message: `${file}: ${reason}`, fields: { file } });
