import { parentPort, workerData } from 'node:worker_threads';
import { describeError } from '@efferent/core';
import type { SyntheticPerson } from '../forearm/synthetic-source.ts';
import { calibrateSynthetic } from './calibrate-synthetic.ts';
import { saveCalibration } from './calibration-file.ts';
import type { CalibrationProtocol } from './calibration-protocol.ts';

/** What {@link calibrateInWorker} hands over. */
export interface CalibrationJob {
  readonly person: SyntheticPerson;
  readonly protocol: CalibrationProtocol;
  readonly file: string;
}

/** What the worker answers. */
export type CalibrationAnswer = { readonly ok: true } | { readonly ok: false; readonly message: string };

async function work(job: CalibrationJob): Promise<CalibrationAnswer> {
  try {
    await saveCalibration(job.file, calibrateSynthetic(job.person, job.protocol));
    return { ok: true };
  } catch (error) {
    return { ok: false, message: describeError(error) };
  }
}

parentPort?.postMessage(await work(workerData as CalibrationJob));
