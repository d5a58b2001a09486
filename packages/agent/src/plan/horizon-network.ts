import { join } from 'node:path';
import type { OnnxModel } from '@efferent/inference';
import { horizonFeatures } from './horizon-features.ts';

/** Trained by policies/training/train-horizon.sh. */
export const horizonModelFile = join(import.meta.dirname, '../../models/horizon.onnx');

/** What the file must say of itself. */
const contract = {
  inputs: [{ name: 'features', shape: [1, horizonFeatures.length], type: 'float32' }],
  outputs: [{ name: 'horizon', shape: [1, 1], type: 'float32' }],
  metadata: { features: horizonFeatures.join(' '), unit: 'm' },
};

/** Predicts how far a robot still has to go when it takes a ready sub-goal first and the others after it. */
export class HorizonNetwork {
  readonly #model: OnnxModel;
  /** Tasks of several agents in one process take turns. */
  #last: Promise<unknown> = Promise.resolve();

  private constructor(model: OnnxModel) {
    this.#model = model;
  }

  /**
   * Loads the network, and the library that runs it.
   *
   * @throws {@link ContractError} code `model-mismatch` for a file of other features
   */
  static async load(file: string = horizonModelFile): Promise<HorizonNetwork> {
    const { loadModel } = await import('@efferent/inference');
    return new HorizonNetwork(await loadModel(file, { contract }));
  }

  /** @returns horizon in m for each description */
  predict(descriptions: readonly Float32Array[]): Promise<readonly number[]> {
    const mine = this.#last.then(async () => {
      const horizons: number[] = [];
      for (const features of descriptions) horizons.push((await this.#model.run({ features })).horizon![0]!);
      return horizons;
    });
    this.#last = mine.catch(() => undefined);
    return mine;
  }
}

let shared: Promise<HorizonNetwork> | undefined;

/** The network of this process, loaded by the first who needs it. @throws as {@link HorizonNetwork.load} */
export function sharedHorizonNetwork(): Promise<HorizonNetwork> {
  shared ??= HorizonNetwork.load();
  return shared;
}
