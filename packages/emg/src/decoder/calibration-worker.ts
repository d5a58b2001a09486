import { parentPort, workerData } from 'node:worker_threads';
import { describeError } from '@efferent/core';
import type { SyntheticPerson } from '../forearm/synthetic-source.ts';
import { calibrateSynthetic } from './calibrate-synthetic.ts';
import { fitOptionsFor, saveCalibration } from './calibration-file.ts';
import type { CalibrationProtocol } from './calibration-protocol.ts';
import type { DecoderName } from './decoder-name.ts';

/** What {@link calibrateInWorker} hands over. */
export interface CalibrationJob {
  readonly person: SyntheticPerson;
  readonly protocol: CalibrationProtocol;
  readonly file: string;
  readonly decoder: DecoderName | undefined;
  /** Add to the calibration that is there, instead of beginning anew. */
  readonly isAgain: boolean;
}

/** What the worker answers. */
export type CalibrationAnswer = { readonly ok: true } | { readonly ok: false; readonly message: string };

async function work(job: CalibrationJob): Promise<CalibrationAnswer> {
  try {
    const { person, protocol, file, decoder, isAgain } = job;
    const options = await fitOptionsFor(file, decoder, isAgain);
    await saveCalibration(file, await calibrateSynthetic(person, protocol, options));
    return { ok: true };
  } catch (error) {
    return { ok: false, message: describeError(error) };
  }
}

parentPort?.postMessage(await work(workerData as CalibrationJob));
