import { parentPort, workerData } from 'node:worker_threads';
import { describeError } from '@efferent/core';
import type { SyntheticPerson } from '../forearm/synthetic-source.ts';
import type { SignalSettings } from '../signal/signal-chain.ts';
import { calibrateSynthetic } from './calibrate-synthetic.ts';
import { saveCalibration } from './calibration-file.ts';
import type { CalibrationProtocol } from './calibration-protocol.ts';
import type { CalibrationWindow } from './calibration-recorder.ts';
import { type CalibrationEvidence, fitCalibration } from './fit-calibration.ts';

/** A virtual person who follows the prompts, or what was recorded of somebody who did. */
export type CalibrationJob = { readonly file: string } & (
  | { readonly person: SyntheticPerson; readonly protocol: CalibrationProtocol }
  | CalibrationRecording
);

/** What a decoder is fitted to; see {@link fitCalibration}. */
export interface CalibrationRecording {
  readonly sourceId: string;
  readonly signal: SignalSettings;
  readonly windows: readonly CalibrationWindow[];
  readonly earlier: CalibrationEvidence | undefined;
  /** What it must get right of the repetitions that it was not fitted on to be kept, [0, 1]. */
  readonly leastAccuracy: number;
}

/** What the worker answers. */
export type CalibrationAnswer = { readonly ok: true } | { readonly ok: false; readonly message: string };

async function work(job: CalibrationJob): Promise<CalibrationAnswer> {
  try {
    const calibration =
      'person' in job
        ? calibrateSynthetic(job.person, job.protocol)
        : fitCalibration(job.sourceId, job.signal, job.windows, job.earlier);
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

parentPort?.postMessage(await work(workerData as CalibrationJob));
