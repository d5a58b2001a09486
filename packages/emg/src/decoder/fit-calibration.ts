import { ContractError } from '@efferent/core';
import { type GestureName, gestureNames } from '../gestures.ts';
import type { SignalSettings } from '../signal/signal-chain.ts';
import type { CalibrationWindow } from './calibration-recorder.ts';
import { type ClassMoments, joinMoments } from './class-moments.ts';
import { type CoActivationLevels, fitCoActivation } from './co-activation.ts';
import type { DecoderName } from './decoder-name.ts';
import { encodingFor } from './encoder.ts';
import { chooseRejection, type DecoderAccuracy, foldsOf, scoreHeldOut, testHeldOut } from './held-out.ts';
import type { LinearDiscriminant } from './linear-discriminant.ts';
import { fitWithPrior, type Prior } from './prior.ts';
import { fitTemperature, meanNegativeLogLikelihood } from './temperature.ts';

/** Levels that tell silence and effort apart. */
export interface DecoderLevels {
  /** Mean over channels of a stride's RMS at or below which the forearm is silent, µV. */
  readonly silenceUv: number;
  /** Mean over channels of a window's RMS for no effort and for full effort, µV, one pair a gesture. */
  readonly effortUv: Readonly<Record<string, readonly [number, number]>>;
  readonly coActivation: CoActivationLevels;
}

/** What a later, shorter calibration adds to. */
export interface CalibrationEvidence {
  readonly gestures: readonly GestureName[];
  readonly decoder: DecoderName;
  readonly prior: Prior;
  /** Of the windows as they were recorded. */
  readonly moments: ClassMoments;
}

/** A fitted decoder of one person in one sleeve. */
export interface Calibration {
  readonly sourceId: string;
  readonly signal: SignalSettings;
  readonly decoder: DecoderName;
  /** Class names in the order of the model's probabilities. */
  readonly gestures: readonly GestureName[];
  /** On the vectors of the decoder; see {@link Encoding}. */
  readonly model: LinearDiscriminant;
  readonly evidence: CalibrationEvidence;
  readonly levels: DecoderLevels;
  /** Means of log(1 + feature), `[class, feature]`; what a {@link SlidingNormaliser} goes by. */
  readonly featureMeans: Float32Array;
  /** Below this belief a decision is rejected. */
  readonly rejectBelow: number;
  readonly heldOut: DecoderAccuracy;
}

/** How to fit a decoder. */
export interface FitOptions {
  /** Without it, that of `earlier`, or `lda`. */
  readonly decoder?: DecoderName;
  /**
   * Of the same person's last calibration, for a short recalibration: its repetitions count as much as the new ones, but
   * silence, effort, rejection and accuracy are those of the new ones.
   */
  readonly earlier?: CalibrationEvidence;
}

/**
 * Fits a decoder to labelled windows.
 *
 * Each repetition is held out in turn; the held-out logits choose the prior and give the temperature, the rejection
 * threshold and the reported accuracy. The model that is returned is then fitted on everything.
 *
 * @throws {@link ContractError} code `missing-class`, `missing-repetition`, `other-gestures` or `other-decoder`
 */
export async function fitCalibration(
  sourceId: string,
  signal: SignalSettings,
  windows: readonly CalibrationWindow[],
  { earlier, decoder = earlier?.decoder ?? 'lda' }: FitOptions = {},
): Promise<Calibration> {
  const gestures = gestureNames.filter((name) => windows.some((window) => window.gesture === name));
  const repetitions = new Set(windows.map((window) => window.repetition)).size;
  if (repetitions < 2 || !gestures.includes('rest') || gestures.length < 2) {
    throw new ContractError({
      code: 'missing-repetition',
      message: `${sourceId}: calibration has ${repetitions} repetitions of [${gestures.join(', ')}]; need at least 2 repetitions of rest and one more gesture`,
      fields: { sourceId, repetitions, gestures },
    });
  }
  if (earlier !== undefined && earlier.gestures.join() !== gestures.join()) {
    throw new ContractError({
      code: 'other-gestures',
      message: `${sourceId}: recalibration has [${gestures.join(', ')}], the calibration before [${earlier.gestures.join(', ')}]; record the same gestures, or calibrate anew`,
      fields: { sourceId, gestures, earlier: earlier.gestures },
    });
  }
  if (earlier !== undefined && earlier.decoder !== decoder) {
    throw new ContractError({
      code: 'other-decoder',
      message: `${sourceId}: recalibration of the decoder ${decoder}, but the calibration before is of ${earlier.decoder}; name that one, or calibrate anew`,
      fields: { sourceId, decoder, earlier: earlier.decoder },
    });
  }
  const encoding = await encodingFor(decoder, windows);
  const folds = foldsOf(windows, gestures, encoding);
  const before = earlier === undefined ? [] : [earlier.moments];
  const fits = (earlier === undefined ? encoding.priors : [earlier.prior]).map((prior) => {
    const heldOut = testHeldOut(prior, folds, before);
    const temperature = fitTemperature(heldOut);
    return { prior, heldOut, temperature, loss: meanNegativeLogLikelihood(heldOut, temperature) };
  });
  const { prior, heldOut, temperature } = fits.reduce((a, b) => (b.loss < a.loss ? b : a));
  const moments = joinMoments([...before, ...folds.map((fold) => fold.moments)]);
  const rest = gestures.indexOf('rest');
  const rejectBelow = chooseRejection(heldOut, rest, temperature);
  return {
    sourceId,
    signal,
    decoder,
    gestures,
    model: { ...fitWithPrior(prior, moments), temperature },
    evidence: { gestures, decoder, prior, moments },
    levels: {
      ...fitLevels(windows, gestures),
      coActivation: fitCoActivation(windows, signal.channelCount),
    },
    featureMeans: meansOf(windows, gestures),
    rejectBelow,
    heldOut: scoreHeldOut(heldOut, rest, temperature, rejectBelow),
  };
}

function meansOf(windows: readonly CalibrationWindow[], gestures: readonly GestureName[]): Float32Array {
  return Float32Array.from(
    gestures.flatMap((gesture) => {
      const made = windows.filter((window) => window.gesture === gesture);
      const sums = new Float64Array(made[0]?.features.length ?? 0);
      for (const { features } of made)
        for (const [f, feature] of features.entries()) sums[f] = (sums[f] as number) + Math.log1p(feature);
      return Array.from(sums, (sum) => sum / made.length);
    }),
  );
}

/**
 * Silence ends 3 standard deviations above the mean of rest (LibEMG's active threshold), and at least a tenth of the way
 * to the gentlest gesture, above what the notches ring after a contraction. Effort runs between LibEMG's
 * 0.9 min + 0.1 max and 0.3 min + 0.7 max, with rest as min and the gesture's 90th percentile as max.
 */
function fitLevels(
  windows: readonly CalibrationWindow[],
  gestures: readonly GestureName[],
): Omit<DecoderLevels, 'coActivation'> {
  const resting = windows.filter((window) => window.gesture === 'rest').map((window) => window.strideLevelUv);
  const restUv = resting.reduce((sum, level) => sum + level, 0) / resting.length;
  const varianceUv2 = resting.reduce((sum, level) => sum + (level - restUv) ** 2, 0) / resting.length;
  const effortUv: Record<string, readonly [number, number]> = {};
  let gentlestUv = Number.POSITIVE_INFINITY;
  for (const gesture of gestures) {
    if (gesture === 'rest') continue;
    const levels = windows.filter((window) => window.gesture === gesture).map((window) => window.levelUv);
    gentlestUv = Math.min(gentlestUv, percentile(levels, 0.1));
    const maximumUv = percentile(levels, 0.9);
    effortUv[gesture] = [0.9 * restUv + 0.1 * maximumUv, 0.3 * restUv + 0.7 * maximumUv];
  }
  const silenceUv = Math.max(restUv + 3 * Math.sqrt(varianceUv2), restUv + 0.1 * (gentlestUv - restUv));
  return { silenceUv, effortUv };
}

function percentile(values: readonly number[], fraction: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(fraction * sorted.length))] as number;
}
