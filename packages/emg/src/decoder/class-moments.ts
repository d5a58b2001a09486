/**
 * What a linear discriminant needs to know of labelled windows: counts, sums and the sum of outer products of the
 * logarithms log(1 + feature). Moments of two recordings add up.
 */
export interface ClassMoments {
  readonly featureCount: number;
  readonly classCount: number;
  /** `[class]` */
  readonly counts: Float64Array;
  /** `[class, feature]` */
  readonly sums: Float64Array;
  /** Σ x xᵀ over all windows, `[feature, feature]`; only the lower triangle is filled. */
  readonly products: Float64Array;
}

/** Returns the moments of no windows. */
export function emptyMoments(featureCount: number, classCount: number): ClassMoments {
  return {
    featureCount,
    classCount,
    counts: new Float64Array(classCount),
    sums: new Float64Array(classCount * featureCount),
    products: new Float64Array(featureCount * featureCount),
  };
}

/**
 * Adds one window.
 * @param logFeatures - `[feature]`, log(1 + feature)
 */
export function addWindow(moments: ClassMoments, logFeatures: Float64Array, label: number): void {
  const { featureCount, counts, sums, products } = moments;
  counts[label] = (counts[label] as number) + 1;
  for (let i = 0; i < featureCount; i++) {
    const x = logFeatures[i] as number;
    const sum = label * featureCount + i;
    sums[sum] = (sums[sum] as number) + x;
    const row = i * featureCount;
    for (let j = 0; j <= i; j++)
      products[row + j] = (products[row + j] as number) + x * (logFeatures[j] as number);
  }
}

/**
 * Returns the moments of labelled windows.
 * @param logFeatures - `[window][feature]`, log(1 + feature)
 * @param labels - class of each window
 */
export function momentsOf(
  logFeatures: readonly Float64Array[],
  labels: readonly number[],
  featureCount: number,
  classCount: number,
): ClassMoments {
  const moments = emptyMoments(featureCount, classCount);
  for (const [row, window] of logFeatures.entries()) addWindow(moments, window, labels[row] as number);
  return moments;
}

/** Returns the moments of several recordings together; there is at least one, all of the same features and classes. */
export function joinMoments(parts: readonly ClassMoments[]): ClassMoments {
  const { featureCount, classCount } = parts[0] as ClassMoments;
  const joined = emptyMoments(featureCount, classCount);
  for (const part of parts)
    for (const field of ['counts', 'sums', 'products'] as const)
      for (let i = 0; i < joined[field].length; i++)
        joined[field][i] = (joined[field][i] as number) + (part[field][i] as number);
  return joined;
}

/** Returns the mean of each class, `[class, feature]`. */
export function classMeans(moments: ClassMoments): Float64Array {
  return moments.sums.map((sum, i) => sum / (moments.counts[Math.floor(i / moments.featureCount)] as number));
}

/** Returns the covariance within classes, `[feature, feature]`, lower triangle. */
export function withinClassCovariance(moments: ClassMoments): Float64Array {
  const { featureCount, classCount, counts, products } = moments;
  const means = classMeans(moments);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const covariance = products.slice();
  for (let i = 0; i < featureCount; i++) {
    for (let j = 0; j <= i; j++) {
      let between = 0;
      for (let k = 0; k < classCount; k++) {
        const row = k * featureCount;
        between += (counts[k] as number) * (means[row + i] as number) * (means[row + j] as number);
      }
      const at = i * featureCount + j;
      covariance[at] = ((products[at] as number) - between) / total;
    }
  }
  return covariance;
}
