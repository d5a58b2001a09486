import type { CalibrationWindow } from './calibration-recorder.ts';
import { type Prior, priorsFor } from './prior.ts';

/** How windows are turned into the vectors that a linear discriminant is fitted to. */
export interface Encoding {
  readonly vectorLength: number;
  /** What may be taken for granted of such vectors; the best of them on held-out repetitions is kept. */
  readonly priors: readonly Prior[];
  /** Vectors of a window, each `[vectorLength]`: first as it was recorded, then as it may look another time. */
  vectorsOf(window: CalibrationWindow): readonly Float64Array[];
}

/** The logarithms log(1 + feature). @param featureCount - length of a feature vector */
export function logarithms(featureCount: number): Encoding {
  return {
    vectorLength: featureCount,
    priors: priorsFor(featureCount),
    vectorsOf: ({ features }) => [Float64Array.from(features, Math.log1p)],
  };
}
