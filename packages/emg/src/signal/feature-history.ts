/** Windows that a temporal decoder looks back at, the newest one among them: 0.55 s with windows of 0.2 s every 0.05 s. */
export const historyLength = 8;

/** Features of the last windows; before there were so many, the first one stands for those that were not. */
export class FeatureHistory {
  /** `[window, feature]`, oldest first. */
  readonly values: Float32Array;
  readonly #featureCount: number;
  #isEmpty = true;

  constructor(featureCount: number) {
    this.#featureCount = featureCount;
    this.values = new Float32Array(historyLength * featureCount);
  }

  /** Forgets all windows, e.g. at a gap. */
  reset(): void {
    this.#isEmpty = true;
  }

  /** Takes the next window. Runs in the decoding loop and does not allocate. @param features - `[feature]` */
  push(features: Float32Array): void {
    const count = this.#featureCount;
    if (this.#isEmpty)
      for (let window = 0; window < historyLength; window++) this.values.set(features, window * count);
    this.#isEmpty = false;
    this.values.copyWithin(0, count);
    this.values.set(features, (historyLength - 1) * count);
  }
}
