import { ContractError } from '@efferent/core';
import { type GestureName, gestureNames } from '../gestures.ts';
import type { SignalSettings } from '../signal/signal-chain.ts';
import type { CalibrationWindow } from './calibration-recorder.ts';
import { type ClassMoments, joinMoments } from './class-moments.ts';
import { type CoActivationLevels, fitCoActivation } from './co-activation.ts';
import { type LinearDiscriminant, softmaxInPlace, writeLogits } from './linear-discriminant.ts';
import { fitWithPrior, momentsOf, type Prior, priorsFor } from './prior.ts';
import { fitTemperature, type HeldOutLogits, meanNegativeLogLikelihood } from './temperature.ts';

/** How well a decoder does on repetitions that it was not fitted on. */
export interface DecoderAccuracy {
  /** Share of windows that the most probable class gets right, nothing rejected. */
  readonly accuracy: number;
  /** Share of windows for which a wrong gesture other than rest was decided, after rejection. */
  readonly activeErrorRate: number;
  readonly rejectionRate: number;
  readonly windowCount: number;
}

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
  readonly prior: Prior;
  readonly moments: ClassMoments;
}

/** A fitted decoder of one person in one sleeve. */
export interface Calibration {
  readonly sourceId: string;
  readonly signal: SignalSettings;
  /** Class names in the order of the model's probabilities. */
  readonly gestures: readonly GestureName[];
  readonly model: LinearDiscriminant;
  readonly evidence: CalibrationEvidence;
  readonly levels: DecoderLevels;
  /** Below this probability a decision is rejected. */
  readonly rejectBelow: number;
  readonly heldOut: DecoderAccuracy;
}

const foldCount = 4;
/** Also an easy calibration rejects below this: transitions, which it does not contain, are decided with less. */
const lowestRejection = 0.7;
/** Rejection is raised until held-out active errors fall to this, unless that rejects more than the second figure. */
const rejectionTarget = { activeErrorRate: 0.02, rejectionRate: 0.12 } as const;

/**
 * Fits a decoder to labelled windows.
 *
 * Whole repetitions are held out in four folds; their logits choose the prior and give the temperature, the rejection
 * threshold and the reported accuracy. The model that is returned is then fitted on everything.
 *
 * @param earlier - of the same person's last calibration, for a short recalibration: its repetitions count as much as the
 *   new ones, but silence, effort, rejection and accuracy are those of the new ones
 * @throws {@link ContractError} code `missing-class`, `missing-repetition` or `other-gestures`
 */
export function fitCalibration(
  sourceId: string,
  signal: SignalSettings,
  windows: readonly CalibrationWindow[],
  earlier?: CalibrationEvidence,
): Calibration {
  const gestures = gestureNames.filter((name) => windows.some((window) => window.gesture === name));
  const repetitions = [...new Set(windows.map((window) => window.repetition))].sort((a, b) => a - b);
  if (repetitions.length < 2 || !gestures.includes('rest') || gestures.length < 2) {
    throw new ContractError({
      code: 'missing-repetition',
      message: `${sourceId}: calibration has ${repetitions.length} repetitions of [${gestures.join(', ')}]; need at least 2 repetitions of rest and one more gesture`,
      fields: { sourceId, repetitions: repetitions.length, gestures },
    });
  }
  if (earlier !== undefined && earlier.gestures.join() !== gestures.join()) {
    throw new ContractError({
      code: 'other-gestures',
      message: `${sourceId}: recalibration has [${gestures.join(', ')}], the calibration before [${earlier.gestures.join(', ')}]; record the same gestures, or calibrate anew`,
      fields: { sourceId, gestures, earlier: earlier.gestures },
    });
  }
  const folds = foldsOf(windows, gestures, repetitions);
  const featureCount = (windows[0] as CalibrationWindow).features.length;
  const fits = (earlier === undefined ? priorsFor(featureCount) : [earlier.prior]).map((prior) =>
    fitHeldOut(prior, folds, featureCount, gestures.length, earlier?.moments),
  );
  const { model, prior, moments, heldOut, temperature } = fits.reduce((a, b) => (b.loss < a.loss ? b : a));
  const rejectBelow = chooseRejection(heldOut, gestures, temperature);
  return {
    sourceId,
    signal,
    gestures,
    model: { ...model, temperature },
    evidence: { gestures, prior, moments },
    levels: {
      ...fitLevels(windows, gestures),
      coActivation: fitCoActivation(windows, signal.channelCount),
    },
    rejectBelow,
    heldOut: scoreHeldOut(heldOut, gestures, temperature, rejectBelow),
  };
}

/** Windows of some repetitions. */
interface Fold {
  /** log(1 + feature) of each window. */
  readonly logFeatures: readonly Float64Array[];
  readonly labels: readonly number[];
}

function foldsOf(
  windows: readonly CalibrationWindow[],
  gestures: readonly GestureName[],
  repetitions: readonly number[],
): readonly Fold[] {
  const count = Math.min(foldCount, repetitions.length);
  return Array.from({ length: count }, (_, fold) => {
    const held = windows.filter(({ repetition }) => repetitions.indexOf(repetition) % count === fold);
    return {
      logFeatures: held.map(({ features }) => Float64Array.from(features, Math.log1p)),
      labels: held.map(({ gesture }) => gestures.indexOf(gesture)),
    };
  });
}

/** Fits on all folds but one, tests on that one, in turn; then fits on all. */
function fitHeldOut(
  prior: Prior,
  folds: readonly Fold[],
  featureCount: number,
  classCount: number,
  earlier: ClassMoments | undefined,
) {
  const parts = folds.map(({ logFeatures, labels }) =>
    momentsOf(prior, logFeatures, labels, featureCount, classCount),
  );
  const before = earlier === undefined ? [] : [earlier];
  const heldOut: HeldOutLogits = { logits: [], labels: [] };
  folds.forEach(({ logFeatures, labels }, fold) => {
    const model = fitWithPrior(prior, [...before, ...parts.filter((_, other) => other !== fold)]);
    for (const [row, window] of logFeatures.entries()) {
      const logits = new Float64Array(classCount);
      writeLogits(model, window, logits);
      heldOut.logits.push(logits);
      heldOut.labels.push(labels[row] as number);
    }
  });
  const temperature = fitTemperature(heldOut);
  const moments = joinMoments([...before, ...parts]);
  return {
    prior,
    model: fitWithPrior(prior, [moments]),
    moments,
    heldOut,
    temperature,
    loss: meanNegativeLogLikelihood(heldOut, temperature),
  };
}

function scoreHeldOut(
  heldOut: HeldOutLogits,
  gestures: readonly GestureName[],
  temperature: number,
  rejectBelow: number,
): DecoderAccuracy {
  const rest = gestures.indexOf('rest');
  let right = 0;
  let activeErrors = 0;
  let rejected = 0;
  heldOut.logits.forEach((logits, row) => {
    const probabilities = logits.slice();
    softmaxInPlace(probabilities, temperature);
    const winner = indexOfLargest(probabilities);
    if (winner === heldOut.labels[row]) right += 1;
    if ((probabilities[winner] as number) < rejectBelow) rejected += 1;
    else if (winner !== heldOut.labels[row] && winner !== rest) activeErrors += 1;
  });
  const windowCount = heldOut.labels.length;
  return {
    accuracy: right / windowCount,
    activeErrorRate: activeErrors / windowCount,
    rejectionRate: rejected / windowCount,
    windowCount,
  };
}

function chooseRejection(
  heldOut: HeldOutLogits,
  gestures: readonly GestureName[],
  temperature: number,
): number {
  let chosen = lowestRejection;
  for (let percent = 100 * lowestRejection; percent <= 95; percent += 5) {
    const score = scoreHeldOut(heldOut, gestures, temperature, percent / 100);
    if (score.rejectionRate > rejectionTarget.rejectionRate) break;
    chosen = percent / 100;
    if (score.activeErrorRate <= rejectionTarget.activeErrorRate) break;
  }
  return chosen;
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

/** Returns the index of the largest value. */
export function indexOfLargest(values: Float64Array | Float32Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) if ((values[i] as number) > (values[best] as number)) best = i;
  return best;
}
