import { Matrix } from 'ml-matrix';

/**
 * Estimates a covariance by shrinking the sample covariance towards a multiple of the identity, with the intensity
 * that minimises the expected squared error.
 *
 * @see Ledoit and Wolf 2004, J Multivariate Analysis 88:365, lemma 3.3 and theorem 3.2
 * @param rows - centred observations, `[observation, variable]`, row-major
 * @param dimension - number of variables
 * @returns the covariance and the weight of the identity in it, [0, 1]
 */
export function ledoitWolfCovariance(
  rows: Float64Array,
  dimension: number,
): { readonly covariance: Matrix; readonly shrinkage: number } {
  const count = rows.length / dimension;
  const scatter = scatterOf(rows, dimension);
  let trace = 0;
  let squaredNorm = 0;
  for (let i = 0; i < dimension; i++) {
    trace += (scatter[i * dimension + i] as number) / count;
    for (let j = 0; j <= i; j++) {
      const entry = (scatter[i * dimension + j] as number) / count;
      squaredNorm += (i === j ? 1 : 2) * entry * entry;
    }
  }
  const mean = trace / dimension;
  const distance = squaredNorm - dimension * mean * mean;
  const error = Math.max(0, sumOfFourthPowers(rows, dimension) / (count * count) - squaredNorm / count);
  const shrinkage = distance === 0 ? 1 : Math.min(1, error / distance);
  const covariance = new Matrix(dimension, dimension);
  for (let i = 0; i < dimension; i++) {
    for (let j = 0; j <= i; j++) {
      const target = i === j ? mean : 0;
      const entry = (1 - shrinkage) * ((scatter[i * dimension + j] as number) / count) + shrinkage * target;
      covariance.set(i, j, entry);
      covariance.set(j, i, entry);
    }
  }
  return { covariance, shrinkage };
}

/** Returns the lower triangle of Σ x xᵀ. */
function scatterOf(rows: Float64Array, dimension: number): Float64Array {
  const scatter = new Float64Array(dimension * dimension);
  for (let row = 0; row < rows.length; row += dimension) {
    for (let i = 0; i < dimension; i++) {
      const x = rows[row + i] as number;
      const at = i * dimension;
      for (let j = 0; j <= i; j++)
        scatter[at + j] = (scatter[at + j] as number) + x * (rows[row + j] as number);
    }
  }
  return scatter;
}

/** Returns Σ |x|⁴ over observations. */
function sumOfFourthPowers(rows: Float64Array, dimension: number): number {
  let total = 0;
  for (let row = 0; row < rows.length; row += dimension) {
    let square = 0;
    for (let i = 0; i < dimension; i++) square += (rows[row + i] as number) ** 2;
    total += square * square;
  }
  return total;
}
