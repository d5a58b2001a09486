import { join } from 'node:path';
import { type LoadOptions, loadModel, type OnnxModel } from '@efferent/inference';
import { modelContract, type PolicyManifest } from './policy-manifest.ts';

/** Numbers by observation name, sizes as the manifest says. */
export type Observation = Readonly<Record<string, Float32Array>>;

/** Observation in, action chunk out; an ONNX model in this process, or an adapter of a policy server. */
export interface Policy {
  /**
   * Answers with the next actions.
   * @returns `[chunk, actions]`, row-major, units of the manifest; valid until the next call
   */
  act(observation: Observation): Promise<Float32Array>;
  dispose(): Promise<void>;
}

/** Makes the policy of a manifest; the policy node's default is {@link loadOnnxPolicy}. */
export type PolicyLoader = (manifest: PolicyManifest, folder: string) => Promise<Policy>;

/** Loads the manifest's ONNX file. @throws {@link ContractError} naming every mismatch with the manifest. */
export const loadOnnxPolicy: PolicyLoader = async (manifest, folder) => {
  const options: LoadOptions = { contract: modelContract(manifest) };
  return new OnnxPolicy(await loadModel(join(folder, manifest.model), options), manifest.output);
};

class OnnxPolicy implements Policy {
  readonly #model: OnnxModel;
  readonly #output: string;

  constructor(model: OnnxModel, output: string) {
    this.#model = model;
    this.#output = output;
  }

  async act(observation: Observation): Promise<Float32Array> {
    const outputs = await this.#model.run(observation);
    return outputs[this.#output] as Float32Array;
  }

  dispose(): Promise<void> {
    return this.#model.dispose();
  }
}
