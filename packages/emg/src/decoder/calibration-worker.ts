import { parentPort, workerData } from 'node:worker_threads';
import { describeError } from '@efferent/core';
import type { SyntheticPerson } from '../forearm/synthetic-source.ts';
import type { SignalSettings } from '../signal/signal-chain.ts';
import { calibrateSynthetic } from './calibrate-synthetic.ts';
import { fitOptionsFor, saveCalibration } from './calibration-file.ts';
import type { CalibrationProtocol } from './calibration-protocol.ts';
import type { CalibrationWindow } from './calibration-recorder.ts';
import type { DecoderName } from './decoder-name.ts';
import { type Calibration, type CalibrationEvidence, fitCalibration } from './fit-calibration.ts';

/** A virtual person who follows the prompts, or what was recorded of somebody who did. */
export type CalibrationJob = { readonly file: string } & (VirtualCalibration | CalibrationRecording);

/** A virtual person to calibrate. */
export interface VirtualCalibration {
  readonly person: SyntheticPerson;
  readonly protocol: CalibrationProtocol;
  readonly decoder: DecoderName | undefined;
  /** Add to the calibration that is there, instead of beginning anew. */
  readonly isAgain: boolean;
}

/** What a decoder is fitted to; see {@link fitCalibration}. */
export interface CalibrationRecording {
  readonly sourceId: string;
  readonly signal: SignalSettings;
  readonly windows: readonly CalibrationWindow[];
  readonly decoder: DecoderName;
  readonly earlier: CalibrationEvidence | undefined;
  /** What it must get right of the repetitions that it was not fitted on to be kept, [0, 1]. */
  readonly leastAccuracy: number;
}

/** What the worker answers. */
export type CalibrationAnswer = { readonly ok: true } | { readonly ok: false; readonly message: string };

async function work(job: CalibrationJob): Promise<CalibrationAnswer> {
  try {
    const calibration = await fit(job);
    const { accuracy } = calibration.heldOut;
    if ('leastAccuracy' in job && accuracy < job.leastAccuracy)
      return {
        ok: false,
        message: `only ${Math.round(100 * accuracy)} % right; the calibration before stays`,
      };
    await saveCalibration(job.file, calibration);
    return { ok: true };
  } catch (error) {
    return { ok: false, message: describeError(error) };
  }
}

async function fit(job: CalibrationJob): Promise<Calibration> {
  if ('person' in job) {
    const options = await fitOptionsFor(job.file, job.decoder, job.isAgain);
    return calibrateSynthetic(job.person, job.protocol, options);
  }
  const { sourceId, signal, windows, decoder, earlier } = job;
  return fitCalibration(
    sourceId,
    signal,
    windows,
    earlier === undefined ? { decoder } : { decoder, earlier },
  );
}

parentPort?.postMessage(await work(workerData as CalibrationJob));
