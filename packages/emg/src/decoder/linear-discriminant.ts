import { ContractError } from '@efferent/core';
import { CholeskyDecomposition, Matrix } from 'ml-matrix';
import { type ClassMoments, classMeans, withinClassCovariance } from './class-moments.ts';

/**
 * A linear discriminant on the logarithm of features: logits = weightsᵀ (log(1 + x) - mean) + bias,
 * probabilities = softmax(logits / temperature).
 */
export interface LinearDiscriminant {
  readonly featureCount: number;
  readonly classCount: number;
  /** `[feature]` */
  readonly mean: Float32Array;
  /** `[feature, class]`, row-major */
  readonly weights: Float32Array;
  /** `[class]` */
  readonly bias: Float32Array;
  /** Above 1 for a model that was too sure of itself; see {@link fitTemperature}. */
  readonly temperature: number;
}

/** Share of the diagonal in a covariance that is shrunk towards its own diagonal. Ours, tuned on virtual people. */
const diagonalShare = 0.3;
/** Share of a cohort's covariance where there is one. Ours, tuned on virtual people. */
const cohortShare = 0.5;
/** Added to the diagonal, fraction of its mean: channels that are equal, or constant, leave a stable inverse. */
const ridge = 1e-3;

/**
 * Fits Fisher's discriminant with equal priors and one within-class covariance for all classes.
 *
 * A few thousand overlapping windows are some dozens of independent repetitions, too few for a covariance of hundreds of
 * features: it is shrunk towards how repetitions of other people differ, or where that is not known, towards its own
 * diagonal. (The intensity after Ledoit and Wolf takes windows for independent and shrinks far too little.)
 *
 * @param cohort - covariance within classes of other people, `[feature, feature]`, lower triangle
 * @throws {@link ContractError} code `missing-class` when a class has fewer than two windows
 */
export function fitLinearDiscriminant(moments: ClassMoments, cohort?: Float64Array): LinearDiscriminant {
  const { featureCount, classCount, counts } = moments;
  const missing = counts.findIndex((count) => count < 2);
  if (missing >= 0) {
    throw new ContractError({
      code: 'missing-class',
      message: `class ${missing} has ${counts[missing]} windows, need at least 2; record every gesture`,
      fields: { classIndex: missing },
    });
  }
  const means = Matrix.from1DArray(classCount, featureCount, classMeans(moments));
  const centre = means.mean('column');
  means.subRowVector(centre);
  const covariance = shrink(withinClassCovariance(moments), featureCount, cohort);
  const solved = new CholeskyDecomposition(covariance).solve(means.transpose());
  const bias = Float32Array.from({ length: classCount }, (_, k) => {
    let half = 0;
    for (let f = 0; f < featureCount; f++) half += means.get(k, f) * solved.get(f, k);
    return -0.5 * half;
  });
  return {
    featureCount,
    classCount,
    mean: Float32Array.from(centre),
    weights: Float32Array.from(solved.to1DArray()),
    bias,
    temperature: 1,
  };
}

function shrink(lower: Float64Array, featureCount: number, cohort: Float64Array | undefined): Matrix {
  const own = 1 - (cohort === undefined ? diagonalShare : cohortShare);
  const covariance = new Matrix(featureCount, featureCount);
  let trace = 0;
  for (let i = 0; i < featureCount; i++) {
    for (let j = 0; j <= i; j++) {
      const at = i * featureCount + j;
      const sample = lower[at] as number;
      const target = cohort === undefined ? (i === j ? sample : 0) : (cohort[at] as number);
      const entry = own * sample + (1 - own) * target;
      covariance.set(i, j, entry);
      covariance.set(j, i, entry);
    }
    trace += covariance.get(i, i);
  }
  const more = Math.max(1e-9, (ridge * trace) / featureCount);
  for (let i = 0; i < featureCount; i++) covariance.set(i, i, covariance.get(i, i) + more);
  return covariance;
}

/**
 * Computes class logits before the temperature.
 * @param logFeatures - `[feature]`, log(1 + feature)
 * @param out - `[class]`, overwritten
 */
export function writeLogits(model: LinearDiscriminant, logFeatures: Float64Array, out: Float64Array): void {
  const { classCount, weights } = model;
  for (let k = 0; k < classCount; k++) out[k] = model.bias[k] as number;
  for (let f = 0; f < model.featureCount; f++) {
    const z = (logFeatures[f] as number) - (model.mean[f] as number);
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
