import { ConfigurationError } from '@efferent/core';
import type { ElectrodeGrid } from './electrode-grid.ts';

/** One repetition of one gesture. */
export interface Trial {
  readonly gesture: string;
  /** From 0 within the session. */
  readonly repetition: number;
  /** `[sample, channel]`, row-major, µV. */
  readonly samplesUv: Float32Array;
}

/** What one person recorded on one occasion. */
export interface DataSetSession {
  readonly person: string;
  readonly session: string;
  /** Reads the trials one after the other. @throws {@link ConfigurationError} that names the file */
  trials(): AsyncIterable<Trial>;
}

/** Recordings of people in a published layout. */
export interface EmgDataSet {
  readonly sampleRateHz: number;
  readonly channelCount: number;
  readonly grids: readonly ElectrodeGrid[];
  /** Ordered by person and time. */
  readonly sessions: readonly DataSetSession[];
}

/** Makes the error for a file or folder that is not as its data set's layout says. */
export function invalidDataSet(file: string, reason: string): ConfigurationError {
  return new ConfigurationError({
    code: 'invalid-data-set',
    message: `${file}: ${reason}`,
    fields: { file },
  });
}
