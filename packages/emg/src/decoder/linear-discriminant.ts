import { ContractError } from '@efferent/core';
import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import { ledoitWolfCovariance } from './ledoit-wolf.ts';

/** Labelled feature vectors. */
export interface LabelledRows {
  /** `[row, feature]`, row-major, as {@link WindowedFeatures} writes them (not negative). */
  readonly features: Float32Array;
  readonly featureCount: number;
  /** Class of each row, an index below `classCount`. */
  readonly labels: readonly number[];
  readonly classCount: number;
}

/**
 * A linear discriminant on the logarithm of features: z = (log(1 + x) - mean) / scale, logits = weightsᵀ z + bias,
 * probabilities = softmax(logits / temperature).
 */
export interface LinearDiscriminant {
  readonly featureCount: number;
  readonly classCount: number;
  /** `[feature]` */
  readonly mean: Float32Array;
  /** `[feature]` */
  readonly scale: Float32Array;
  /** `[feature, class]`, row-major */
  readonly weights: Float32Array;
  /** `[class]` */
  readonly bias: Float32Array;
  /** Above 1 for a model that was too sure of itself; see {@link fitTemperature}. */
  readonly temperature: number;
}

/**
 * Fits Fisher's discriminant with equal priors and one within-class covariance for all classes, shrunk after Ledoit and
 * Wolf so that 320 features and a few thousand overlapping windows give a stable inverse.
 *
 * @throws {@link ContractError} code `missing-class` when a class has fewer than two rows
 */
export function fitLinearDiscriminant(rows: LabelledRows): LinearDiscriminant {
  const { featureCount, classCount, labels } = rows;
  const counts = new Float64Array(classCount);
  for (const label of labels) counts[label] = (counts[label] as number) + 1;
  const missing = counts.findIndex((count) => count < 2);
  if (missing >= 0) {
    throw new ContractError({
      code: 'missing-class',
      message: `class ${missing} has ${counts[missing]} windows, need at least 2; record every gesture`,
      fields: { classIndex: missing },
    });
  }
  const { standardised, mean, scale } = standardise(rows);
  const classMeans = meansOf(standardised, labels, counts, featureCount);
  for (let row = 0; row < labels.length; row++) {
    const of = (labels[row] as number) * featureCount;
    for (let f = 0; f < featureCount; f++) {
      const at = row * featureCount + f;
      standardised[at] = (standardised[at] as number) - (classMeans[of + f] as number);
    }
  }
  const { covariance } = ledoitWolfCovariance(standardised, featureCount);
  const means = Matrix.from1DArray(classCount, featureCount, [...classMeans]);
  const solved = new CholeskyDecomposition(covariance).solve(means.transpose());
  const bias = Float32Array.from({ length: classCount }, (_, k) => {
    let half = 0;
    for (let f = 0; f < featureCount; f++) half += means.get(k, f) * solved.get(f, k);
    return -0.5 * half;
  });
  return {
    featureCount,
    classCount,
    mean: Float32Array.from(mean),
    scale: Float32Array.from(scale),
    weights: Float32Array.from(solved.to1DArray()),
    bias,
    temperature: 1,
  };
}

/**
 * Computes class logits before the temperature.
 * @param features - `[feature]`
 * @param out - `[class]`, overwritten
 */
export function writeLogits(model: LinearDiscriminant, features: Float32Array, out: Float64Array): void {
  const { classCount, weights } = model;
  for (let k = 0; k < classCount; k++) out[k] = model.bias[k] as number;
  for (let f = 0; f < model.featureCount; f++) {
    const z = (Math.log1p(features[f] as number) - (model.mean[f] as number)) / (model.scale[f] as number);
    const row = f * classCount;
    for (let k = 0; k < classCount; k++) out[k] = (out[k] as number) + (weights[row + k] as number) * z;
  }
}

/** Turns logits into probabilities in place. */
export function softmaxInPlace(logits: Float64Array, temperature: number): void {
  let largest = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < logits.length; k++) largest = Math.max(largest, logits[k] as number);
  let total = 0;
  for (let k = 0; k < logits.length; k++) {
    const weight = Math.exp(((logits[k] as number) - largest) / temperature);
    logits[k] = weight;
    total += weight;
  }
  for (let k = 0; k < logits.length; k++) logits[k] = (logits[k] as number) / total;
}

function standardise(rows: LabelledRows): {
  readonly standardised: Float64Array;
  readonly mean: Float64Array;
  readonly scale: Float64Array;
} {
  const { features, featureCount } = rows;
  const count = rows.labels.length;
  const standardised = Float64Array.from(features, (value) => Math.log1p(value));
  const mean = new Float64Array(featureCount);
  const scale = new Float64Array(featureCount);
  for (let i = 0; i < standardised.length; i++) {
    const f = i % featureCount;
    mean[f] = (mean[f] as number) + (standardised[i] as number) / count;
  }
  for (let i = 0; i < standardised.length; i++) {
    const f = i % featureCount;
    const centred = (standardised[i] as number) - (mean[f] as number);
    standardised[i] = centred;
    scale[f] = (scale[f] as number) + (centred * centred) / count;
  }
  for (let f = 0; f < featureCount; f++) scale[f] = Math.max(1e-3, Math.sqrt(scale[f] as number));
  for (let i = 0; i < standardised.length; i++) {
    standardised[i] = (standardised[i] as number) / (scale[i % featureCount] as number);
  }
  return { standardised, mean, scale };
}

function meansOf(
  standardised: Float64Array,
  labels: readonly number[],
  counts: Float64Array,
  featureCount: number,
): Float64Array {
  const means = new Float64Array(counts.length * featureCount);
  labels.forEach((label, row) => {
    for (let f = 0; f < featureCount; f++) {
      const at = label * featureCount + f;
      const share = (standardised[row * featureCount + f] as number) / (counts[label] as number);
      means[at] = (means[at] as number) + share;
    }
  });
  return means;
}
